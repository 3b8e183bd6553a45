import type { Java } from '../java.ts';

/** What the definition of any part is given. */
export type PartContext = {
  /** Folder of the part's own data; made when it is missing. */
  readonly dataDirectory: string;
  readonly logFile: string;
  readonly port: number;
  readonly environment: NodeJS.ProcessEnv;
};

/** For the two parts that are Java programs. */
export type JavaPartContext = PartContext & {
  readonly java: Java;
  /** The unpacked bundle. */
  readonly programDirectory: string;
  /** Class archive (AppCDS) to start with, once it exists. */
  readonly classArchive: string;
  /** Instead of that: write the classes loaded into a new archive at exit. */
  readonly recordClassesTo?: string;
};
