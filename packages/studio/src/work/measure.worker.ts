import { Measurer } from './measure.js'
import type { ToMeasure } from './messages.js'

const measurer = new Measurer((message) => self.postMessage(message))

let queue = Promise.resolve()
self.onmessage = ({ data }: MessageEvent<ToMeasure>) => {
  queue = queue.then(() => measurer.handle(data))
}
