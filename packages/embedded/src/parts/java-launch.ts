import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { JavaPartContext } from './part-context.ts';

const archiveFlags = ({ recordClassesTo, classArchive }: JavaPartContext): string[] => {
  if (recordClassesTo !== undefined) return [`-XX:ArchiveClassesAtExit=${recordClassesTo}`];
  return existsSync(classArchive) ? [`-XX:SharedArchiveFile=${classArchive}`] : [];
};

/**
 * The flags of a small, quickly started Java process. The first compiler alone and the serial collector halve
 * start-up and memory on two cores. Temporary files (unpacked native libraries) go into the part's folder,
 * which is emptied here, because a killed process leaves them behind.
 */
export const javaFlags = (context: JavaPartContext, heapMegabytes: number): string[] => {
  const temporary = join(context.dataDirectory, 'tmp');
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  return [
    ...archiveFlags(context),
    `-Xmx${heapMegabytes}m`,
    '-XX:+UseSerialGC',
    '-XX:TieredStopAtLevel=1',
    '-XX:-UsePerfData',
    '-XX:+ExitOnOutOfMemoryError',
    '-Djava.awt.headless=true',
    `-Djava.io.tmpdir=${temporary}`,
  ];
};
