import { LOOPBACK } from '../ports.ts';

/** Where the one node lives. */
export type KafkaNode = {
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDirectory: string;
};

const asProperties = (settings: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('');

/**
 * `server.properties` of a one-node KRaft cluster. The voters are static, read from here at every start, so
 * that the ports may be others than last time (a dynamic quorum keeps addresses in its log).
 */
export const kafkaSettings = (node: KafkaNode): string => {
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${LOOPBACK}:${node.controllerPort}`,
    listeners: `PLAINTEXT://${LOOPBACK}:${node.port},CONTROLLER://${LOOPBACK}:${node.controllerPort}`,
    'advertised.listeners': `PLAINTEXT://${LOOPBACK}:${node.port}`,
    'inter.broker.listener.name': 'PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'log.dirs': node.dataDirectory,
    // Topics come from the catalogue; a misspelt name must fail, not appear.
    'auto.create.topics.enable': false,
    // One node keeps one copy of everything.
    'offsets.topic.replication.factor': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    // Kafka asks its own transaction coordinator over a socket whether a partition belongs to the transaction, which
    // is half of what a small transaction costs. Our producers add partitions before they write, end a transaction
    // when every write is answered, and take a new epoch after any error, so that no write can come late.
    'transaction.partition.verification.enable': false,
    'offsets.topic.num.partitions': 4,
    'transaction.state.log.num.partitions': 4,
    // A restarted service gets its partitions at once, a dead one loses them after its 3 s session.
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    // After a kill -9 the node may register again only when its former session is over (Kafka's 9 s otherwise).
    'broker.session.timeout.ms': 2000,
    'broker.heartbeat.interval.ms': 250,
    // A demo that was away for weeks goes on where it stopped.
    'offsets.retention.minutes': 525_600,
    // Input topics say their own retention; the default is for anything else. Small segments let it work.
    'log.retention.hours': 168,
    'log.segment.bytes': 67_108_864,
    'log.cleaner.dedupe.buffer.size': 8_388_608,
    'num.network.threads': 2,
    'num.io.threads': 4,
    'num.recovery.threads.per.data.dir': 2,
  };
  return asProperties(settings);
};

/** `server.properties` of the same node's controller alone, for which a broker that is gone is soon gone. */
export const controllerSettings = (node: KafkaNode): string =>
  asProperties({
    'process.roles': 'controller',
    'node.id': 1,
    'controller.quorum.voters': `1@${LOOPBACK}:${node.controllerPort}`,
    listeners: `CONTROLLER://${LOOPBACK}:${node.controllerPort}`,
    'controller.listener.names': 'CONTROLLER',
    'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT',
    'log.dirs': node.dataDirectory,
    'broker.session.timeout.ms': 300,
  });

/** Log4j settings: one readable line an event, without the hundreds of lines of settings at every start. */
export const KAFKA_LOGGING = `Configuration:
  status: warn
  Appenders:
    Console:
      name: out
      PatternLayout:
        pattern: "%d{yyyy-MM-dd'T'HH:mm:ss.SSS} %p %m (%c{1})%n"
  Loggers:
    Root:
      level: info
      AppenderRef:
        ref: out
    Logger:
      - name: org.apache.kafka.common.config.AbstractConfig
        level: warn
      - name: org.apache.kafka.clients
        level: warn
`;
