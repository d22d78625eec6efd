import { createServer } from 'node:http'
import { withPackage } from '../host/optional-package.js'
import { listen, originOf } from '../service/listen.js'

/** How a shard ended: drawn, there already, to be tried again, or given up. */
export type Outcome = 'drawn' | 'there' | 'again' | 'parked'

/** What Prometheus is told of a worker. */
export interface WorkerMetrics {
  readonly url: string
  ended(outcome: Outcome, seconds: number): void
  close(): void
}

/** Listens for Prometheus. Throws `EngineError` without `prom-client`, `InputError` for a port that cannot be had. */
export async function tellPrometheus(at: { readonly port: number; readonly host: string }, running: () => number): Promise<WorkerMetrics> {
  const { Registry, Counter, Gauge, Histogram, collectDefaultMetrics } = await withPackage(
    'prom-client',
    async () => (await import('prom-client')).default
  )
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const shards = new Counter({
    name: 'sbridge_shards_total',
    help: 'Shards by how they ended here: drawn, there already, to be tried again, parked.',
    labelNames: ['outcome'] as const,
    registers
  })
  const seconds = new Histogram({
    name: 'sbridge_shard_seconds',
    help: 'Seconds that a shard took that was drawn.',
    // From a batch of a small table to more than a shard should be.
    buckets: [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 600, 1800],
    registers
  })
  new Gauge({
    name: 'sbridge_shards_running',
    help: 'Shards that are drawn now.',
    registers,
    collect() {
      this.set(running())
    }
  })
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return void response.writeHead(404).end()
    response.writeHead(200, { 'content-type': registry.contentType }).end(await registry.metrics())
  })
  await listen(server, at)
  return {
    url: `${originOf(server)}/metrics`,
    ended(outcome, taken) {
      shards.inc({ outcome })
      if (outcome === 'drawn') seconds.observe(taken)
    },
    close() {
      server.closeAllConnections()
      server.close()
    }
  }
}
