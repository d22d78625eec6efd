/** One worker for the activities that are loaded later, so that they share their readers and engine: its name says which. */
interface Activity {
  handle(message: unknown): Promise<void>
}

async function load(): Promise<Activity> {
  const say = (message: unknown, transfer: Transferable[] = []) => self.postMessage(message, { transfer })
  if (self.name === 'trajectories') return new (await import('./trajectories.js')).TrajectoriesWork(say)
  return new (await import('./diffusion-map.js')).DiffusionMapWork(say)
}

const activity = load()
let queue: Promise<unknown> = activity
self.onmessage = ({ data }: MessageEvent) => {
  queue = queue.then(async () => (await activity).handle(data))
}
