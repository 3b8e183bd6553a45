/** An answer of the REST API. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
};

/** What the tests of the API create customers with. */
export const ada = { first_name: 'Ada', last_name: 'Lovelace', email: 'ada@example.com' };

/** A client of the API at a base URL; a body that is text is sent as it is. */
export const apiClient = (url: string) => ({
  call: async (method: string, path: string, body?: unknown, headers = {}): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Answer['body'],
    };
  },
});
