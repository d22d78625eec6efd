import type { Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { TaskPool } from './operations.js'

/** What Prometheus is told: requests by route pattern, never by path, so that nobody can make series without end. */
export class Metrics {
  readonly #requests: Counter<'method' | 'route' | 'status'>
  readonly #seconds: Histogram<'method' | 'route'>
  readonly #rows: Counter<'operation'>

  constructor(
    private readonly registry: Registry,
    { Counter, Gauge, Histogram, collectDefaultMetrics }: typeof import('prom-client'),
    pool: Pick<TaskPool, 'load'>
  ) {
    const registers = [registry]
    collectDefaultMetrics({ register: registry })
    this.#requests = new Counter({
      name: 'sbridge_requests_total',
      help: 'Requests that were answered.',
      labelNames: ['method', 'route', 'status'],
      registers
    })
    this.#seconds = new Histogram({
      name: 'sbridge_request_seconds',
      help: 'Seconds from the arrival of a request to its answer.',
      labelNames: ['method', 'route'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60],
      registers
    })
    this.#rows = new Counter({ name: 'sbridge_rows_total', help: 'Rows of answers.', labelNames: ['operation'], registers })
    const gauge = (name: string, help: string, value: () => number): Gauge =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(value())
        }
      })
    gauge('sbridge_tasks_waiting', 'Tasks that wait for a thread.', () => pool.load.waiting)
    gauge('sbridge_tasks_running', 'Tasks that run.', () => pool.load.running)
  }

  answered({ method, route, status, seconds }: { method: string; route: string; status: number; seconds: number }): void {
    this.#requests.inc({ method, route, status: String(status) })
    this.#seconds.observe({ method, route }, seconds)
  }

  drew(operation: string, rows: number): void {
    this.#rows.inc({ operation }, rows)
  }

  get type(): string {
    return this.registry.contentType
  }

  text(): Promise<string> {
    return this.registry.metrics()
  }
}
