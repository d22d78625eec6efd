import { Bench } from './bench.js'
import type { ToBench } from './messages.js'

const bench = new Bench((message, transfer = []) => self.postMessage(message, { transfer }))

// One message at a time, in their order; only what is looked at may change during a run.
let queue = Promise.resolve()
self.onmessage = ({ data }: MessageEvent<ToBench>) => {
  if (data.kind === 'axes' || data.kind === 'painter') {
    void bench.handle(data)
    return
  }
  queue = queue.then(() => bench.handle(data))
}
