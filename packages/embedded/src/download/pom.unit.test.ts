import { expect, test } from 'vitest';
import { KAFKA_BUNDLE, REDIS_BUNDLE, REGISTRY_BUNDLE } from './bundles.ts';
import { mavenArguments, pomOf } from './pom.ts';

test('the generated project names artifacts with their versions, and no repository', () => {
  const pom = pomOf(KAFKA_BUNDLE);
  expect(pom).toContain('<artifactId>kafka_2.13</artifactId><version>4.3.1</version>');
  expect(pom).not.toContain('<repositor');
  expect(pomOf(REGISTRY_BUNDLE)).toContain('<type>tar.gz</type><classifier>all</classifier><exclusions>');
});

test('jars are kept, archives are unpacked', () => {
  expect(mavenArguments(KAFKA_BUNDLE, '/p/pom.xml', '/out').join(' ')).toContain(':copy-dependencies');
  const redis = mavenArguments(REDIS_BUNDLE, '/p/pom.xml', '/out');
  expect(redis.join(' ')).toContain(':unpack-dependencies');
  expect(redis).toContain('-Dmdep.unpack.includes=redis-server-*');
});
