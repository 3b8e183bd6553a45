import { type Rig, type RigOptions, startRig } from './rig.ts';

/** Rigs of a run, one at a time. */
export type Rigs = {
  /** The one that parts share which leave nothing behind that matters to the next. */
  readonly shared: () => Promise<Rig>;
  /** A fresh one, with further services if they are named, gone after `use`. */
  readonly withOwn: <Result>(
    use: (rig: Rig) => Promise<Result>,
    further?: RigOptions['further'],
  ) => Promise<Result>;
  /** Stops the shared one; the next part that asks gets another. */
  readonly close: () => Promise<void>;
};

/** Starts rigs as they are asked for. */
export const createRigs = (options: RigOptions, say: (text: string) => void): Rigs => {
  let current: Rig | null = null;
  const start = (wanted: RigOptions['further'] = []): Promise<Rig> => {
    const further = [...new Set([...(options.further ?? []), ...wanted])];
    say(`starting the stack and all services${further.map((name) => `, ${name}`).join('')} …`);
    return startRig({ ...options, further });
  };
  const close = async (): Promise<void> => {
    const rig = current;
    current = null;
    await rig?.stop();
  };
  return {
    shared: async () => {
      current ??= await start();
      return current;
    },
    withOwn: async (use, further) => {
      await close();
      const rig = await start(further);
      try {
        return await use(rig);
      } finally {
        await rig.stop();
      }
    },
    close,
  };
};
