import { join } from 'node:path';
import { PlatformError } from '@marketing-streams/platform/errors';
import { runCommand } from './run-command.ts';

export type Java = {
  /** Path or name to run. */
  readonly command: string;
  /** Feature version: 17, 21, … */
  readonly version: number;
  /** The full output of `java -version`: tells one build from another. */
  readonly build: string;
};

export const OLDEST_JAVA = 17;

const HOW_TO_INSTALL = `install Java ${OLDEST_JAVA} or newer (Debian, Ubuntu: apt-get install openjdk-17-jre-headless; macOS: brew install openjdk@17) and put it on PATH or in JAVA_HOME`;

/** The feature version in the output of `java -version`; null when there is none. `1.8.0_402` is 8. */
export const parseJavaVersion = (output: string): number | null => {
  const match = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (match === null) return null;
  const [major, minor] = [Number(match[1]), Number(match[2] ?? 0)];
  return major === 1 ? minor : major;
};

/**
 * The Java to run Kafka and the registry with: that of JAVA_HOME, else the one on PATH. Throws
 * PREREQUISITE_MISSING, with the version found and what to install.
 */
export const findJava = async (environment: NodeJS.ProcessEnv): Promise<Java> => {
  const home = environment['JAVA_HOME'];
  const command = home ? join(home, 'bin', 'java') : 'java';
  const result = await runCommand(command, ['-version'], { environment });
  if (result.missing) {
    throw new PlatformError(
      'PREREQUISITE_MISSING',
      `Java is missing (${home ? `JAVA_HOME is ${home}` : 'no java on PATH'}): ${HOW_TO_INSTALL}`,
    );
  }
  const version = parseJavaVersion(result.output);
  if (version === null || version < OLDEST_JAVA) {
    const found = version === null ? `\`${command} -version\` says no version` : `Java ${version} is too old`;
    throw new PlatformError('PREREQUISITE_MISSING', `${found}: ${HOW_TO_INSTALL}`);
  }
  return { command, version, build: result.output };
};
