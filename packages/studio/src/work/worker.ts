import { Desk, type Work } from './desk.js'
import type { Shape, ToWork } from './protocol.js'

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

const desk = works[self.name]!().then((work) => new Desk<Shape>(work as Work<Shape>, (message) => self.postMessage(message)))

// One message at a time, in their order; only what is looked at may change during a run.
let queue: Promise<unknown> = desk
self.onmessage = ({ data }: MessageEvent<ToWork>) => {
  const handled = async () => (await desk).handle(data)
  if (data.kind === 'look' || data.kind === 'join') void handled()
  else queue = queue.then(handled)
}
