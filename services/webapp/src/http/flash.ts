import type { Request } from 'express';

/** A banner that is shown once, on the next page. */
export type Flash = { readonly kind: 'success' | 'warning' | 'error'; readonly text: string };

/** A cookie holds some 4 kB: of more banners than this the oldest go. */
const MOST_FLASHES = 5;

/** Keeps a banner in the session until a page shows it. */
export const addFlash = (request: Request, flash: Flash): void => {
  if (!request.session) return;
  const kept = (request.session['flashes'] as Flash[] | undefined) ?? [];
  request.session['flashes'] = [...kept, flash].slice(-MOST_FLASHES);
};

/** Takes the banners out of the session to show them. */
export const takeFlashes = (request: Request): readonly Flash[] => {
  const kept = (request.session?.['flashes'] as Flash[] | undefined) ?? [];
  if (request.session && kept.length > 0) request.session['flashes'] = [];
  return kept;
};
