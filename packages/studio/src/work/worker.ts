import { Desk, type Work } from './desk.js'
import { faultOf } from './fault.js'
import type { FromWork, Shape, ToWork } from './protocol.js'

/** Every work is loaded when it is first done; all share readers and engine. The worker's name says which it does. */
const works: Readonly<Record<string, () => Promise<unknown>>> = {
  sample: async () => new (await import('./sample.js')).SampleWork(),
  measure: async () => new (await import('./measure.js')).MeasureWork(),
  trajectories: async () => new (await import('./trajectories.js')).TrajectoriesWork(),
  'diffusion-map': async () => new (await import('./diffusion-map.js')).DiffusionMapWork(),
  bridge: async () => new (await import('./bridge.js')).BridgeWork(),
  impute: async () => new (await import('./gaps.js')).GapsWork(),
  score: async () => new (await import('./scores.js')).ScoresWork()
}

const say = (message: FromWork<Shape>): void => self.postMessage(message)
const desk = works[self.name]!().then((work) => new Desk<Shape>(work as Work<Shape>, say))

// One message at a time, in their order; only what is looked at may change during a run.
let queue: Promise<unknown> = Promise.resolve()
self.onmessage = ({ data }: MessageEvent<ToWork>) => {
  // Of a promise that fails in a worker the page hears nothing: it would wait for ever for a work that did not arrive.
  const handled = () =>
    desk.then(
      (ready) => ready.handle(data),
      (error) => {
        if (data.kind !== 'look' && data.kind !== 'join' && data.kind !== 'ended')
          say({ kind: 'refused', during: data.kind, fault: faultOf(error) })
      }
    )
  if (data.kind === 'look' || data.kind === 'join') void handled()
  else queue = queue.then(handled)
}
