import { setTimeout as delay } from 'node:timers/promises';
import { integerBetween, pick } from '@marketing-streams/domain/simulation/random';
import type { KafkaProxy } from '@marketing-streams/stream/testing/kafka-proxy';
import type { FaultRig } from './rig.ts';
import type { Fault } from './service-faults.ts';

/** What can be hit. */
type Target = Pick<FaultRig, 'stack' | 'proxies' | 'random'>;

const FREEZE_MILLISECONDS = 20_000;
/** Longer than a session of a consumer group. */
const CUT_MILLISECONDS = { shortest: 500, longest: 5_000 };
/** Longer than the heartbeat's interval. */
const DELAY_MILLISECONDS = { shortest: 300, longest: 2_000 };
const DELAYED_FOR_MILLISECONDS = 5_000;

/** The broker ends, well or not, and comes back with what it had written. */
export const brokerRestarts = ({ stack }: Target): readonly Fault[] => [
  { name: 'Kafka is restarted', strike: () => stack.parts.kafka.restart() },
  {
    name: 'Kafka is killed',
    strike: async () => {
      await stack.parts.kafka.kill();
      await stack.parts.kafka.start();
    },
  },
];

/** The broker stands still for longer than any session lasts; seconds count from when it goes on. */
export const brokerFreeze = ({ stack }: Target): Fault => ({
  name: `Kafka stands still for ${FREEZE_MILLISECONDS / 1000} s (from its end)`,
  strike: async (struck) => {
    const pid = stack.parts.kafka.pid();
    if (pid === null) throw new Error('Kafka does not run');
    process.kill(pid, 'SIGSTOP');
    await delay(FREEZE_MILLISECONDS);
    process.kill(pid, 'SIGCONT');
    struck();
  },
});

type Trouble = {
  readonly name: string;
  readonly begin: (proxy: KafkaProxy) => void;
  readonly milliseconds: number;
};

const troubles = ({ random }: Target): readonly Trouble[] => {
  const cutFor = (): number => integerBetween(random, CUT_MILLISECONDS.shortest, CUT_MILLISECONDS.longest);
  const late = integerBetween(random, DELAY_MILLISECONDS.shortest, DELAY_MILLISECONDS.longest);
  return [
    { name: 'is cut off', begin: (proxy) => proxy.interrupt(), milliseconds: cutFor() },
    { name: 'gets nothing through', begin: (proxy) => proxy.stall(), milliseconds: cutFor() },
    {
      name: `hears everything ${late} ms late`,
      begin: (proxy) => proxy.delay(late),
      milliseconds: DELAYED_FOR_MILLISECONDS,
    },
    { name: 'has its connections half closed', begin: (proxy) => proxy.halfClose(), milliseconds: 0 },
  ];
};

const strikeAll =
  (proxies: readonly KafkaProxy[], { begin, milliseconds }: Trouble): Fault['strike'] =>
  async (struck) => {
    for (const proxy of proxies) begin(proxy);
    await delay(milliseconds);
    for (const proxy of proxies) proxy.restore();
    struck();
  };

/** What a network can do between services and broker, to one service and to all; seconds count from its end. */
export const networkTroubles = (target: Target): readonly Fault[] => {
  const { proxies, random } = target;
  return troubles(target).flatMap((trouble) => {
    const [name, proxy] = pick(random, [...proxies]);
    const lasting = trouble.milliseconds === 0 ? '' : ` for ${(trouble.milliseconds / 1000).toFixed(1)} s`;
    return [
      { name: `${name} ${trouble.name}${lasting} (from its end)`, strike: strikeAll([proxy], trouble) },
      {
        name: `everybody ${trouble.name}${lasting} (from its end)`,
        strike: strikeAll([...proxies.values()], trouble),
      },
    ];
  });
};
