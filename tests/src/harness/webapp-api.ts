/** A customer as `GET /api/customers/{id}` shows it: money in currency units, times as ISO 8601. */
export type ApiCustomer = {
  readonly customer_id: string;
  readonly first_name: string | null;
  readonly last_name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly is_active: boolean;
  readonly lifecycle_stage: string;
  readonly lifecycle_reason: string;
  readonly order_count: number;
  readonly lifetime_value: number;
  readonly delivered: number;
  readonly failed: number;
  readonly by_channel: Readonly<Record<string, { readonly delivered: number; readonly failed: number }>>;
  readonly version: number;
  /** True while an action is shown whose gold record is under way. */
  readonly pending: boolean;
};

export type ApiAnswer<Body> = { readonly status: number; readonly body: Body };

/** What a refused request is answered with. */
export type ApiProblem = {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly fields: readonly {
      readonly field: string;
      readonly value?: unknown;
      readonly message: string;
    }[];
  };
};

type CustomerPage = { readonly customers: readonly ApiCustomer[]; readonly next_cursor: string | null };

/** The web app's REST API as a caller sees it. */
export type WebappApi = {
  /** Any request; `body` is sent as it is. */
  readonly send: <Body>(method: string, path: string, body?: string) => Promise<ApiAnswer<Body>>;
  readonly createCustomer: (person: object) => Promise<ApiAnswer<{ readonly customer_id: string }>>;
  readonly customer: (customerId: string) => Promise<ApiAnswer<ApiCustomer>>;
  readonly order: (customerId: string, order: object) => Promise<ApiAnswer<{ readonly order_id: string }>>;
  readonly engage: (customerId: string, engagement: object) => Promise<ApiAnswer<object>>;
  /** Every customer, page by page. */
  readonly allCustomers: () => Promise<readonly ApiCustomer[]>;
};

const LARGEST_PAGE = 100;

/** A client of the web app at this base URL. */
export const webappApi = (url: string): WebappApi => {
  const send: WebappApi['send'] = async <Body>(method: string, path: string, body?: string) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { accept: 'application/json', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, body: (await response.json()) as Body };
  };
  const post = <Body>(path: string, body: object): Promise<ApiAnswer<Body>> =>
    send('POST', path, JSON.stringify(body));
  const pathOf = (customerId: string): string => `/api/customers/${encodeURIComponent(customerId)}`;
  return {
    send,
    createCustomer: (person) => post('/api/customers', person),
    customer: (customerId) => send('GET', pathOf(customerId)),
    order: (customerId, order) => post(`${pathOf(customerId)}/orders`, order),
    engage: (customerId, engagement) => post(`${pathOf(customerId)}/engagements`, engagement),
    allCustomers: async () => {
      const all: ApiCustomer[] = [];
      let cursor: string | null = null;
      do {
        const from: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: ApiAnswer<CustomerPage> = await send(
          'GET',
          `/api/customers?limit=${LARGEST_PAGE}${from}`,
        );
        all.push(...page.body.customers);
        cursor = page.body.next_cursor;
      } while (cursor !== null);
      return all;
    },
  };
};
