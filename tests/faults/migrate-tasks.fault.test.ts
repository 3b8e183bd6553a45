import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { httpProbe } from '@marketing-streams/embedded/supervise/poll';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LogEntry, logMark, logSince } from '../src/harness/service-log.ts';
import type { ServiceName, ServiceProcess } from '../src/harness/service-process.ts';
import { waitUntil } from '../src/harness/wait-until.ts';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { rowsOutOfOrder } from './order.ts';
import { type FaultRig, startFaultRig } from './rig.ts';

const run = promisify(execFile);
const SCRIPT = fileURLToPath(new URL('../../scripts/src/migrate-tasks.ts', import.meta.url));

const PROCESSORS: readonly ServiceName[] = ['silver', 'gold', 'scorer', 'gold-publisher', 'live'];
const REFUSED_WITHIN_MILLISECONDS = 60_000;
const TEST_MILLISECONDS = 600_000;

describe.runIf(isFullRun).each(faultSeeds())('with seed %i', (seed) => {
  let tasks = 3;
  let rig: FaultRig;

  beforeAll(async () => {
    rig = await startFaultRig({
      name: 'migrate-tasks',
      further: ['live'],
      seed,
      environmentOf: () => ({ TASKS: String(tasks) }),
    });
  });

  afterAll(() => rig?.stop());

  const each = async (names: readonly ServiceName[], action: (one: ServiceProcess) => Promise<void>) => {
    await Promise.all(names.map((name) => action(rig.pipeline.services[name])));
  };

  /** Runs what `make migrate-tasks` runs. Rejects with what it prints. */
  const migrate = (from: number, to: number) =>
    run(process.execPath, [SCRIPT, '--from', String(from), '--to', String(to)], {
      env: {
        KAFKA_BOOTSTRAP_SERVERS: rig.stack.kafkaBootstrapServers,
        STATE_DIR: rig.pipeline.stateDirectory,
      },
    });

  const says =
    (instance: ServiceProcess, mark: number, isIt: (entry: LogEntry) => boolean) =>
    async (): Promise<string | null> =>
      logSince(instance, mark).some(isIt) ? null : `see ${instance.logFile}`;

  const isRefusal =
    (text: RegExp) =>
    ({ level, msg, ...rest }: LogEntry): boolean =>
      level === 'fatal' && text.test(JSON.stringify({ msg, ...rest }));

  /** Starts one more instance with another TASKS, and waits until it ends for that reason. */
  const isRefused = async (name: ServiceName, other: number, text: RegExp): Promise<void> => {
    const instance = await rig.pipeline.addInstance(name, { TASKS: String(other) });
    try {
      await waitUntil(
        `${name} refuses TASKS=${other}`,
        says(instance, 0, isRefusal(text)),
        REFUSED_WITHIN_MILLISECONDS,
      );
    } finally {
      await instance.stop('kill');
    }
  };

  it('another TASKS than the group works with is refused', async () => {
    await isRefused('silver', 2, /TASKS/);
  });

  it(
    'migrate-tasks from 3 to 2 loses nothing, although a process of the former tasks wakes afterwards',
    async () => {
      const zombie = rig.pipeline.services.silver;
      const others = PROCESSORS.filter((name) => name !== 'silver');
      await zombie.freezeAt({ at: 'before-commit', count: 3 });
      await expect(migrate(3, 2)).rejects.toThrow(/still running: stop all its processes first/);
      await each(others, (one) => one.shutDown());
      await isRefused('gold', 2, /was run with TASKS=3 and is now started with TASKS=2.*migrate-tasks/);
      await waitUntil(
        'the zombie is out of its group',
        async () => {
          const admin = rig.access.kafka.admin();
          const hasMembers = await admin.hasMembers('silver').finally(admin.close);
          return hasMembers ? 'its session lasts' : null;
        },
        REFUSED_WITHIN_MILLISECONDS,
      );
      await migrate(3, 2);
      tasks = 2;
      let successor: ServiceProcess | undefined;
      await rig.strike('TASKS goes from 3 to 2', async () => {
        [successor] = await Promise.all([
          rig.pipeline.startInstance('silver'),
          each(others, (one) => one.startAgain()),
        ]);
      });
      const mark = logMark(zombie);
      const formerPid = zombie.pid();
      await rig.strike('a process of 3 tasks wakes among 2', async () => {
        zombie.wake();
        const refused = ({ msg, by }: LogEntry): boolean =>
          by === 'kafka' && msg.startsWith('refused as a former owner');
        await waitUntil('Kafka refuses its commit', says(zombie, mark, refused), REFUSED_WITHIN_MILLISECONDS);
        await waitUntil(
          'its group does not let it in',
          says(zombie, mark, isRefusal(/TASKS/)),
          REFUSED_WITHIN_MILLISECONDS,
        );
      });
      // Started again by its supervisor, with the new number.
      const isWell = httpProbe(`${zombie.url}/readyz`);
      await waitUntil(
        'it is let in with 2 tasks',
        async (signal) => (zombie.pid() === formerPid ? 'it has not ended' : isWell(signal)),
        REFUSED_WITHIN_MILLISECONDS,
      );
      await successor?.stop();
    },
    TEST_MILLISECONDS,
  );

  it(
    'migrate-tasks from 2 to 4 loses nothing',
    async () => {
      await each(PROCESSORS, (one) => one.shutDown());
      await migrate(2, 4);
      tasks = 4;
      await rig.strike('TASKS goes from 2 to 4', () => each(PROCESSORS, (one) => one.startAgain()));
      await rig.agreeAtTheEnd();
      expect(await rowsOutOfOrder(rig.access)).toEqual([]);
    },
    TEST_MILLISECONDS,
  );
});
