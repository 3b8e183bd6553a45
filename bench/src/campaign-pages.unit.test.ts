import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { shownClicks } from './campaign-pages.ts';

const CARDS = new URL('../../services/webapp/views/partials/campaign-cards.ejs', import.meta.url);

describe('the clicks that a dashboard shows', () => {
  it('are read from the tile that the template writes', () => {
    const tile = readFileSync(CARDS, 'utf8')
      .split('\n')
      .find((line) => line.includes('data-metric'))!;
    const tileOf = (metric: string, value: string): string =>
      tile.replace('<%= metric %>', metric).replace('<%= value %>', value);
    const html = tileOf('spend', '$9,999.00') + tileOf('clicks', '12,345') + tileOf('conversions', '77');
    expect(shownClicks({ target: 'campaign-cards', html })).toBe(12_345);
    expect(shownClicks({ target: 'campaign-table', html })).toBeNull();
    expect(() => shownClicks({ target: 'campaign-cards', html: '<dl></dl>' })).toThrow('no clicks');
  });
});
