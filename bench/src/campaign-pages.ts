import type { CampaignFigures } from './campaign-figures.ts';
import { type EventStream, listenToEvents } from './event-stream.ts';

/** What a listener to the web app's events hears; `at` is the monotonic time of the arrival in milliseconds. */
export type CampaignPageEvents = {
  /** A window that changed. */
  readonly onRow: (row: CampaignFigures, at: number) => void;
  /** The clicks that the dashboard of one campaign shows, over the last hour. */
  readonly onClicks: (clicks: number, at: number) => void;
};

/** Of the tile with the clicks what it shows. */
const CLICKS = /data-metric="clicks".*?data-live>([\d,]+)</s;

type Fragment = { readonly target: string; readonly html: string };

/** The clicks of a part of the dashboard; null when they are in another part. */
export const shownClicks = ({ target, html }: Fragment): number | null => {
  if (target !== 'campaign-cards') return null;
  const shown = CLICKS.exec(html)?.[1];
  if (shown === undefined) throw new Error('the dashboard shows no clicks');
  return Number(shown.replaceAll(',', ''));
};

/** Listens as a program does to all windows, and as somebody does who has the dashboard of one campaign open. */
export const openCampaignPages = async (
  webappUrl: string,
  campaign: string,
  { onRow, onClicks }: CampaignPageEvents,
): Promise<EventStream> => {
  const streams = [
    await listenToEvents(`${webappUrl}/events/campaigns/results`, (name, data) => {
      if (name !== 'result') return;
      const row = JSON.parse(data) as Omit<CampaignFigures, 'window_start'> & {
        readonly window_start: string;
      };
      onRow({ ...row, window_start: Date.parse(row.window_start) }, performance.now());
    }),
    await listenToEvents(
      `${webappUrl}/events/campaigns?range=1h&campaign=${encodeURIComponent(campaign)}`,
      (name, data) => {
        const clicks = name === 'fragment' ? shownClicks(JSON.parse(data) as Fragment) : null;
        if (clicks !== null) onClicks(clicks, performance.now());
      },
    ),
  ];
  return {
    close: async () => {
      await Promise.all(streams.map((stream) => stream.close()));
    },
  };
};
