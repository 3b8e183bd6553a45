import { type S3Proxy, startS3Proxy } from './s3-proxy.ts';
import { type S3Server, startS3Server } from './s3-server.ts';

/** An S3 server with the empty bucket `tables`, and a proxy before it that can disturb and count. */
export type ProxiedS3 = {
  readonly server: S3Server;
  readonly proxy: S3Proxy;
  readonly close: () => Promise<void>;
};

/** Starts both on free ports. */
export const startProxiedS3 = async (): Promise<ProxiedS3> => {
  const server = await startS3Server();
  await server.createBucket('tables');
  const proxy = await startS3Proxy(server.endpoint);
  return {
    server,
    proxy,
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
};
