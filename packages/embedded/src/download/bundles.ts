import type { PartName } from '../part-name.ts';

/** One Maven artifact, with or without what it depends on at run time. */
export type MavenArtifact = {
  readonly groupId: string;
  readonly artifactId: string;
  readonly version: string;
  readonly type?: string;
  readonly classifier?: string;
  readonly withDependencies: boolean;
};

/** What one part of the stack is made of: a folder of the cache. */
export type Bundle = {
  readonly part: PartName;
  /** Name of its folder; holds the version, so that another version is another folder. */
  readonly folder: string;
  /** Its name for people. */
  readonly title: string;
  /** About how much a first download fetches. */
  readonly totalBytes: number;
  readonly artifacts: readonly MavenArtifact[];
  /** Whether the artifacts are archives to unpack, rather than files to keep as they are. */
  readonly unpack: boolean;
  /** Ant pattern of the files to unpack; all of them when absent. */
  readonly only?: string;
};

export const KAFKA_BUNDLE: Bundle = {
  part: 'kafka',
  folder: 'kafka-4.3.1',
  title: 'Kafka 4.3.1',
  totalBytes: 44_000_000,
  artifacts: [
    { groupId: 'org.apache.kafka', artifactId: 'kafka_2.13', version: '4.3.1', withDependencies: true },
    {
      groupId: 'org.apache.logging.log4j',
      artifactId: 'log4j-slf4j-impl',
      version: '2.25.4',
      withDependencies: true,
    },
  ],
  unpack: false,
};

/** 2.6 is the last line that runs on Java 17. */
export const REGISTRY_BUNDLE: Bundle = {
  part: 'registry',
  folder: 'apicurio-registry-2.6.13.Final',
  title: 'Apicurio Registry 2.6.13',
  totalBytes: 142_000_000,
  artifacts: [
    {
      groupId: 'io.apicurio',
      artifactId: 'apicurio-registry-app',
      version: '2.6.13.Final',
      type: 'tar.gz',
      classifier: 'all',
      withDependencies: false,
    },
  ],
  unpack: true,
};

/** A Java library whose jar carries Redis binaries for Linux and macOS. */
export const REDIS_BUNDLE: Bundle = {
  part: 'redis',
  folder: 'embedded-redis-1.4.3',
  title: 'Redis 6.2',
  totalBytes: 12_000_000,
  artifacts: [
    {
      groupId: 'com.github.codemonstur',
      artifactId: 'embedded-redis',
      version: '1.4.3',
      withDependencies: false,
    },
  ],
  unpack: true,
  only: 'redis-server-*',
};
