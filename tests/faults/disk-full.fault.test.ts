import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { faultSeeds, isFullRun } from './fault-runs.ts';
import { untilComplaining } from './readiness.ts';
import { type FaultRig, startFaultRig } from './rig.ts';
import { canMount, mountSmallDisk, type SmallDisk } from './small-disk.ts';

const TEST_MILLISECONDS = 240_000;
const OUTAGE_MILLISECONDS = 3_000;
const DISK_MEGABYTES = 48;

describe.skipIf(!isFullRun || !canMount()).each(faultSeeds())(
  'a full disk, with seed %i (skipped without the right to mount)',
  (seed) => {
    let rig: FaultRig;
    /** Under silver's and gold's task stores. */
    const disks: { silver?: SmallDisk; gold?: SmallDisk } = {};

    beforeAll(async () => {
      rig = await startFaultRig({
        name: 'disk-full',
        seed,
        furnish: (folder) => {
          disks.silver = mountSmallDisk(join(folder, 'state', 'silver'), DISK_MEGABYTES);
          disks.gold = mountSmallDisk(join(folder, 'state', 'gold'), DISK_MEGABYTES);
          return () => {
            for (const disk of Object.values(disks)) disk.unmount();
          };
        },
      });
    });
    afterAll(() => rig?.stop());

    it.each(['silver', 'gold'] as const)(
      'under the state of %s: it waits, says so, and loses nothing when there is room',
      async (service) => {
        const { [service]: process } = rig.pipeline.services;
        await rig.strike(`no room for the state of ${service}`, async (struck) => {
          const pid = process.pid();
          disks[service]!.fill();
          await untilComplaining(process.url, /cannot be written/);
          await delay(OUTAGE_MILLISECONDS);
          expect(process.pid()).toBe(pid);
          disks[service]!.empty();
          struck();
        });
        await rig.agree();
      },
      TEST_MILLISECONDS,
    );
  },
);
