import type { Bundle, MavenArtifact } from './bundles.ts';

/** The plugin is named with its version: what it does must not change with the machine's Maven. */
const DEPENDENCY_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1';

const dependency = (artifact: MavenArtifact): string =>
  [
    '<dependency>',
    `<groupId>${artifact.groupId}</groupId>`,
    `<artifactId>${artifact.artifactId}</artifactId>`,
    `<version>${artifact.version}</version>`,
    artifact.type === undefined ? '' : `<type>${artifact.type}</type>`,
    artifact.classifier === undefined ? '' : `<classifier>${artifact.classifier}</classifier>`,
    artifact.withDependencies
      ? ''
      : '<exclusions><exclusion><groupId>*</groupId><artifactId>*</artifactId></exclusion></exclusions>',
    '</dependency>',
  ].join('');

/**
 * A Maven project that has nothing but the bundle's artifacts as dependencies. It names no repository: Maven
 * uses its own, or the mirror in the user's settings.
 */
export const pomOf = (bundle: Bundle): string =>
  [
    '<project xmlns="http://maven.apache.org/POM/4.0.0">',
    '<modelVersion>4.0.0</modelVersion>',
    '<groupId>marketing-streams</groupId>',
    `<artifactId>${bundle.folder}</artifactId>`,
    '<version>1</version>',
    '<packaging>pom</packaging>',
    `<dependencies>${bundle.artifacts.map(dependency).join('')}</dependencies>`,
    '</project>',
    '',
  ].join('\n');

/** Arguments of `mvn` that put the bundle's files into `folder`. */
export const mavenArguments = (bundle: Bundle, pomFile: string, folder: string): string[] => [
  '--batch-mode',
  '--file',
  pomFile,
  `${DEPENDENCY_PLUGIN}:${bundle.unpack ? 'unpack-dependencies' : 'copy-dependencies'}`,
  '-DincludeScope=runtime',
  `-DoutputDirectory=${folder}`,
  // Its bookkeeping of what it has unpacked belongs beside the generated project, not into the folder.
  `-Dmdep.markersDirectory=${pomFile}.markers`,
  ...(bundle.only === undefined ? [] : [`-Dmdep.unpack.includes=${bundle.only}`]),
];
