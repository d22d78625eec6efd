import { signal } from '@preact/signals'
import type { FromPainter, ToPainter } from '../work/messages.js'
import type { ToWork } from '../work/protocol.js'
import { stillness } from './stillness.js'

export const playback = signal({ step: 0, steps: 0, playing: false })
export const rate = signal<{ framesPerSecond: number; points: number } | null>(null)
export const visible = signal({ real: true, synthetic: true })
/** Counts what begins to play by itself: the picture has to be in sight then. */
export const begun = signal(0)

let painter: Worker | undefined
let bench: Worker | undefined

/** Hands the canvas over to the worker that draws. */
export function givePainter(canvas: OffscreenCanvas): void {
  painter?.terminate()
  painter = new Worker(new URL('../work/painter.worker.ts', import.meta.url), { type: 'module' })
  painter.onmessage = ({ data }: MessageEvent<FromPainter>) => fromPainter(data)
  painter.postMessage({ kind: 'canvas', canvas } satisfies ToPainter, [canvas])
  toPainter({ kind: 'still', still: stillness.value })
  join()
}

/** The worker that places the rows talks to the one that draws them. */
export function joinPainter(worker: Worker): void {
  bench = worker
  join()
}

function join(): void {
  if (!bench || !painter) return
  const { port1, port2 } = new MessageChannel()
  bench.postMessage({ kind: 'join', to: 'painter', port: port1 } satisfies ToWork, [port1])
  painter.postMessage({ kind: 'bench', port: port2 } satisfies ToPainter, [port2])
}

export function toPainter(message: ToPainter): void {
  painter?.postMessage(message)
}

stillness.subscribe((still) => toPainter({ kind: 'still', still }))

type Dots = Extract<FromPainter, { kind: 'dots' }>
let waiting: ((dots: Dots) => void)[] = []

/** The rows as they are saved. */
export function askForDots({ width, height }: { width: number; height: number }): Promise<Dots> {
  return new Promise((resolve) => {
    waiting.push(resolve)
    toPainter({ kind: 'dots', width, height })
  })
}

function fromPainter(message: FromPainter): void {
  if (message.kind === 'begun') begun.value++
  if (message.kind === 'at') playback.value = message
  if (message.kind === 'rate') rate.value = message
  if (message.kind === 'dots') {
    for (const resolve of waiting) resolve(message)
    waiting = []
  }
}
