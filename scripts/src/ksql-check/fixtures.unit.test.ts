import { readdirSync, readFileSync } from 'node:fs';
import { keyText, loadFixtures } from '@marketing-streams/contracts/testing/ksql-fixtures';
import { describe, expect, it } from 'vitest';
import { KSQL_FOLDER } from '../generate-ksql.ts';
import { parseStatements } from './parse-statement.ts';
import { replayStatements } from './testing/replay.ts';

const statements = readdirSync(KSQL_FOLDER)
  .filter((file) => file.endsWith('.sql'))
  .sort()
  .flatMap((file) => parseStatements(readFileSync(new URL(file, KSQL_FOLDER), 'utf8')));

/** The same fixtures that the service `live` is tested with. */
describe('the statements of ksql/, evaluated by what they mean', () => {
  it.each(loadFixtures().map((fixture) => [fixture.name, fixture] as const))(
    '%s',
    (_, { inputs, outputs }) => {
      const replay = replayStatements(statements);
      for (const input of inputs) replay.send(input);
      for (const topic of new Set(outputs.map((output) => output.topic))) {
        const expected = outputs.filter((output) => output.topic === topic);
        expect(Object.fromEntries(replay.written.get(topic) ?? [])).toEqual(
          Object.fromEntries(expected.map(({ key, value }) => [keyText(key), value])),
        );
      }
    },
  );
});
