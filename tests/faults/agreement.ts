import type { GoldCustomer360 } from '@marketing-streams/contracts/generated/gold-customer-360';
import { numberFromCents } from '@marketing-streams/domain/money';
import { scorePropensity } from '@marketing-streams/domain/propensity/score';
import type { PipelineAccess } from '../src/harness/pipeline-access.ts';
import type { ViewStore } from '../src/harness/view-positions.ts';
import { differences } from './ledger/differences.ts';
import {
  byKey,
  expectedActivations,
  expectedCustomers,
  expectedOrders,
  expectedProfiles,
} from './ledger/expected-rows.ts';
import type { Ledger } from './ledger/ledger.ts';
import { openLiveBooks } from './ledger/live-books.ts';
import { deltalakeTableRows, ownTableRows, type ReadTableRows, type TableRows } from './ledger/table-rows.ts';
import {
  FIRST_STAGE,
  type Newest,
  type NewestByKey,
  openTopicBooks,
  type TopicBooks,
} from './ledger/topic-books.ts';

/** Holds the ledger against every store. All is at rest: the traffic is paused and all positions match. */
export type Agreement = {
  /** Topics, tables (read with this platform's own reader) and Redis. Throws naming what differs. */
  readonly afterAFault: () => Promise<void>;
  /** The same with the tables read by delta-rs and the customers as people see them, over the web app's API. */
  readonly atTheEnd: () => Promise<void>;
  /**
   * What is wrong with the sizes of segments, null when nothing: after a rebuild they are told within seconds. To be
   * waited for before the rest is compared.
   */
  readonly sizesProblem: () => Promise<string | null>;
};

const rowsOf = <Row extends object>(newest: NewestByKey<Row>): Row[] =>
  [...newest.values()].map(({ row }) => row);

const customerOf = (row: object): string => (row as { readonly customer_id: string }).customer_id;

const idsOf =
  (...fields: readonly string[]) =>
  (row: object): string =>
    fields.map((field) => (row as Readonly<Record<string, unknown>>)[field]).join(' ');

const orderOf = idsOf('customer_id', 'order_id');
const activationOf = idsOf('customer_id', 'activation_id');
const bronzePlaceOf = (row: object): string =>
  idsOf('topic', 'partition', 'offset')(row).replaceAll(' ', '/');

/** The score that the newest 360 comes to at the time it was published, which is when the scorer read it. */
const scoreOf = ({ row, timestamp }: Newest<GoldCustomer360>): object => {
  const { score, model_version } = scorePropensity(row, timestamp);
  return { score, model_version };
};

const topicDifferences = (books: TopicBooks, ledger: Ledger): readonly string[] => {
  const scores = new Map([...books.customers360].map(([id, newest]) => [id, scoreOf(newest)]));
  return [
    ...books.versionsNotGrown.map((step) => `dom.customer.gold.v1: version of ${step}`),
    ...differences('dead-letter-queue', books.poison, books.deadLetters),
    ...differences('silver.orders.v1', expectedOrders(ledger), byKey(rowsOf(books.orders), orderOf)),
    ...differences(
      'silver.activations.v1',
      expectedActivations(ledger),
      byKey(rowsOf(books.activations), activationOf),
    ),
    ...differences(
      'silver.customers.v1',
      expectedProfiles(ledger, books.profiled),
      byKey(rowsOf(books.profiles), customerOf),
    ),
    ...differences(
      'gold.customer_360.v1',
      expectedCustomers(ledger),
      byKey(rowsOf(books.customers360), customerOf),
    ),
    ...differences('dom.propensity.score.v1', scores, byKey(rowsOf(books.scores), customerOf)),
    ...differences('dom.customer.gold.v1', expectedCustomers(ledger), byKey(rowsOf(books.gold), customerOf)),
    ...differences(
      'dom.customer.gold.v1 (propensity)',
      scores,
      new Map([...books.gold].map(([id, { row }]) => [id, row.propensity ?? {}])),
    ),
  ];
};

/** Every change of a stage was reported back once: the only output that a second copy of it would not replace. */
const feedbackDifferences = (books: TopicBooks, ledger: Ledger): readonly string[] => [
  ...books.repeatedReports.map((report) => `feedback: a second report in a row of ${report}`),
  ...differences(
    'feedback',
    new Map([...expectedCustomers(ledger)].map(([id, { lifecycle_stage }]) => [id, { lifecycle_stage }])),
    new Map(
      ledger
        .customerIds()
        .map((id) => [id, { lifecycle_stage: books.reportedStages.get(id) ?? FIRST_STAGE }]),
    ),
  ),
];

const tableDifferences = async (
  books: TopicBooks,
  ledger: Ledger,
  read: ReadTableRows,
): Promise<readonly string[]> => {
  const bronze: TableRows = (
    await Promise.all(['bronze/customer_profiles', 'bronze/orders', 'bronze/activations'].map(read))
  ).flat();
  const scores = new Map(
    rowsOf(books.scores).map(({ customer_id, score, model_version }) => [
      customer_id,
      { score, model_version },
    ]),
  );
  return [
    ...differences('bronze', books.inputs, byKey(bronze, bronzePlaceOf)),
    ...differences(
      'table silver/orders',
      expectedOrders(ledger),
      byKey(await read('silver/orders'), orderOf),
    ),
    ...differences(
      'table silver/activations',
      expectedActivations(ledger),
      byKey(await read('silver/activations'), activationOf),
    ),
    ...differences(
      'table silver/customers',
      expectedProfiles(ledger, books.profiled),
      byKey(await read('silver/customers'), customerOf),
    ),
    ...differences(
      'table gold/customer_360',
      expectedCustomers(ledger),
      byKey(await read('gold/customer_360'), customerOf),
    ),
    ...differences('table gold/propensity', scores, byKey(await read('gold/propensity'), customerOf)),
  ];
};

const asText = (bytes: ReadonlyMap<string, Buffer>): Map<string, object> =>
  new Map([...bytes].map(([id, value]) => [id, { record: value.toString('utf8') }]));

/** Redis holds the published records byte for byte. */
const redisDifferences = async (books: TopicBooks, view: ViewStore): Promise<readonly string[]> =>
  differences(
    'Redis',
    asText(new Map([...books.gold].map(([id, { value }]) => [id, value]))),
    asText(await view.gold()),
  );

const webappDifferences = async (
  books: TopicBooks,
  ledger: Ledger,
  { api }: PipelineAccess,
): Promise<readonly string[]> =>
  differences(
    'the web app',
    new Map(
      [...expectedCustomers(ledger)].map(([id, figures]) => [
        id,
        {
          ...figures,
          lifetime_value: numberFromCents(figures.lifetime_value),
          version: books.gold.get(id)?.row.version,
          pending: false,
        },
      ]),
    ),
    byKey(await api.allCustomers(), customerOf),
  );

const requireNone = (found: readonly string[]): void => {
  if (found.length > 0) throw new Error(`the stores disagree with the ledger:\n${found.join('\n')}`);
};

/** Agreement on a pipeline whose topics were empty when the ledger was. */
export const createAgreement = async (
  access: PipelineAccess,
  view: ViewStore,
  ledger: Ledger,
  exactFeedback: boolean,
): Promise<Agreement> => {
  const books = await openTopicBooks(access);
  const live = access.further?.includes('live') === true ? await openLiveBooks(access) : null;
  const { deltaDirectory } = access;
  const compare = async (read: ReadTableRows): Promise<readonly string[]> => {
    if (ledger.customerIds().length === 0) throw new Error('nothing was sent: there is nothing to agree on');
    await books.readOn();
    await live?.readOn();
    return [
      ...topicDifferences(books, ledger),
      ...(exactFeedback ? feedbackDifferences(books, ledger) : []),
      ...(live === null ? [] : live.differences(rowsOf(books.gold))),
      ...(live === null ? [] : live.tableDifferences(await read('gold/segment_sizes'))),
      ...(await tableDifferences(books, ledger, read)),
      ...(await redisDifferences(books, view)),
    ];
  };
  return {
    sizesProblem: async () => {
      await live?.readOn();
      return live?.sizeDifferences()[0] ?? null;
    },
    afterAFault: async () => requireNone(await compare(ownTableRows(deltaDirectory))),
    atTheEnd: async () =>
      requireNone([
        ...(await compare(deltalakeTableRows(deltaDirectory))),
        ...(await webappDifferences(books, ledger, access)),
      ]),
  };
};
