import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { customerGold, NOON } from '../testing/customer-gold.ts';
import { listenToEvents } from '../testing/event-stream.ts';
import { publishSegmentSizes } from '../testing/segment-sizes.ts';
import { createSurroundings, type RunningWebapp, type Surroundings } from '../testing/webapp-under-test.ts';

let surroundings: Surroundings;
let webapp: RunningWebapp;

const HOUR = 3_600_000;

const member = (id: string, fields: object = {}) =>
  customerGold({
    customer_id: id,
    order_count: 6,
    lifetime_value: 12_345,
    segments: ['loyal'],
    segment_since: { loyal: NOON },
    ...fields,
  });

const get = (path: string): Promise<Response> => fetch(`${webapp.url}${path}`);
const json = async (path: string) => (await (await get(path)).json()) as Record<string, never>;

beforeAll(async () => {
  surroundings = await createSurroundings();
  webapp = await surroundings.start();
  await surroundings.publishGold(
    member('m1', { first_name: '=HYPERLINK("http://x")', phone: '+49 30 1234' }),
    member('m2', { segment_since: { loyal: NOON + HOUR } }),
    member('m3', { first_name: 'Grace', last_name: 'Hopper', segment_since: undefined }),
    customerGold({ customer_id: 'nobody' }),
  );
  await publishSegmentSizes(surroundings, [
    { segment: 'loyal', minute: Date.now() - 2 * HOUR, members: 2, entered: 2, left: 0 },
    { segment: 'loyal', minute: Date.now() - HOUR, members: 3, entered: 2, left: 1 },
  ]);
  await webapp.caughtUp();
});
afterAll(() => surroundings?.close());

describe('the API of segments', () => {
  it('lists them with rule, members and who came and went', async () => {
    const { segments } = (await json('/api/segments')) as unknown as { segments: { name: string }[] };
    expect(segments.map(({ name }) => name)).toContain('win-back');
    expect(segments.find(({ name }) => name === 'loyal')).toMatchObject({
      title: 'Loyal',
      rule: '5 or more orders',
      members: 3,
      share: 0.75,
      entered: 4,
      left: 1,
      members_a_day_ago: 0,
    });
  });

  it('pages through members, those who entered last first', async () => {
    const first = await json('/api/segments/loyal/members?limit=2');
    expect(first).toMatchObject({
      matches: 3,
      members: [
        { customer_id: 'm2', since: new Date(NOON + HOUR).toISOString() },
        { customer_id: 'm1', since: new Date(NOON).toISOString() },
      ],
    });
    const second = await json(`/api/segments/loyal/members?limit=2&cursor=${first['next_cursor']}`);
    expect(second).toMatchObject({ members: [{ customer_id: 'm3', since: null }], next_cursor: null });
  });

  it('tells the course of a size', async () => {
    const { sizes } = (await json('/api/segments/loyal/sizes?range=24h')) as unknown as { sizes: object[] };
    expect(sizes).toMatchObject([
      { members: 0, entered: 0, left: 0 },
      { members: 2, entered: 2, left: 0 },
      { members: 3, entered: 2, left: 1 },
    ]);
  });

  it('exports members as CSV that no spreadsheet runs', async () => {
    const response = await get('/api/segments/loyal/members.csv?sort=-entered');
    expect(response.headers.get('content-type')).toContain('text/csv');
    expect(response.headers.get('content-disposition')).toBe('attachment; filename="loyal-members.csv"');
    const lines = (await response.text()).trimEnd().split('\r\n');
    expect(lines.map((line) => line.split(',')[0])).toEqual(['customer_id', 'm3', 'm1', 'm2']);
    expect(lines[2]).toContain(`m1,"'=HYPERLINK(""http://x"")",Lovelace,m1@example.com,'+49 30 1234,`);
    expect(lines[2]).toContain(',6,123.45,20.58,');
    const searched = await (await get('/api/segments/loyal/members.csv?search=hopper')).text();
    expect(searched.trimEnd().split('\r\n')).toHaveLength(2);
  });

  it('names what is wrong', async () => {
    const unknown = await get('/api/segments/none');
    expect([unknown.status, await unknown.text()]).toEqual([404, expect.stringContaining('no segment none')]);
    const range = await get('/api/segments/loyal/sizes?range=year');
    expect([range.status, await range.text()]).toEqual([400, expect.stringContaining('range')]);
    expect((await get('/api/segments/loyal/members?sort=size')).status).toBe(400);
    expect((await get('/events/segment?name=none')).status).toBe(404);
  });
});

describe('the pages of segments', () => {
  it('show rule, size and members without a script, with names as text', async () => {
    const list = await (await get('/segments')).text();
    expect(list).toContain('5 or more orders.');
    expect(list).toContain('aria-current="page">Segments');
    const page = await (await get('/segments/loyal')).text();
    expect(page).toContain('=HYPERLINK(&#34;http://x&#34;)');
    expect(page).toContain('/api/segments/loyal/members.csv');
    expect((await get('/segments/none')).status).toBe(404);
  });

  it('tell who leaves and who enters', async () => {
    const events = await listenToEvents(`${webapp.url}/events/segment?name=high-value`);
    const list = await listenToEvents(`${webapp.url}/events/segments`);
    await events.next(({ data }) => data['target'] === 'members');
    await surroundings.publishGold(
      customerGold({ customer_id: 'rich', first_name: 'Rich', segments: ['high-value'] }),
    );
    await events.next(({ data }) => data['target'] === 'members' && String(data['html']).includes('Rich'));
    await list.next(
      ({ data }) =>
        data['target'] === 'segments' && /High value[\s\S]*data-live>1</.test(String(data['html'])),
    );
    await surroundings.publishGold(customerGold({ customer_id: 'rich', version: 2 }));
    await events.next(({ data }) => data['target'] === 'members' && String(data['html']).includes('Nobody'));
    await events.close();
    await list.close();
  });
});
