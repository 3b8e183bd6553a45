import type { Request, Response } from 'express';
import type { WebContext } from './context.ts';
import { takeFlashes } from './flash.ts';
import { csrfToken } from './security.ts';

/** A page as its route describes it: the template's own values besides those every page has. */
type PageLocals = Readonly<Record<string, unknown>> & {
  readonly title: string;
  /** Where the page's script listens for fragments; absent for a page that does not change by itself. */
  readonly events_url?: string | null;
};

/** An entry of the navigation: where the reader is. */
export type Section = 'customers' | 'campaigns' | 'segments' | 'pipeline';

/** Answers with a page: the named template within the layout. */
export type PageSender = (request: Request, response: Response, name: string, locals: PageLocals) => void;

/** A page refreshed by its own script must not take the banners that the next real page is to show. */
const isBackground = (request: Request): boolean => request.get('x-live-refresh') !== undefined;

/** Sends the pages of a section with what every page has: token, banners, what is away, and the time. */
export const createPageSender =
  ({ renderer, status }: Pick<WebContext, 'renderer' | 'status'>, section: Section): PageSender =>
  (request, response, name, locals) => {
    response.set('cache-control', 'no-store');
    const html = renderer.page(name, {
      section,
      csrf_token: csrfToken(request),
      return_to: request.originalUrl,
      flashes: isBackground(request) ? [] : takeFlashes(request),
      status: status(),
      now: Date.now(),
      ...locals,
    });
    response.type('html').send(html);
  };
