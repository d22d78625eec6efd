import type { Context } from './context.js'

/** A computation that depends on its input and on the bits of an engine alone: any thread that has such an engine may do it. */
export interface EngineTask<I, O> {
  /** By which another thread knows it. */
  readonly name: string
  run(input: I, context: Omit<Context, 'key'>): Promise<O>
}

/** Threads compile anew what they run, which takes about as long as starting them. */
const COLD = 2

/** Whether it pays to have a task of so many operations done by another thread, and it has an engine. */
export const paysElsewhere = ({ crew }: Context['engine'], work: number): boolean => crew?.engines === true && work > COLD * crew.least(1)

/** A task in another thread, with an engine of its own, while this one does what it has to do besides. */
export function elsewhere<I, O>(task: EngineTask<I, O>, input: I, { engine, watch }: Omit<Context, 'key'>): Promise<O> {
  const output = engine.crew!.run(task.name, input, { stop: watch?.stop }, 'with engine') as Promise<O>
  engine.crew!.rest()
  return output
}
