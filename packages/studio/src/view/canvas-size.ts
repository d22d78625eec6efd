import { type ReadonlySignal, signal } from '@preact/signals'

/** Size of a box in CSS pixels, at least 1, and device pixels a CSS pixel, at most 2. */
export interface CanvasSize {
  readonly width: number
  readonly height: number
  readonly ratio: number
}

/** The size of a box as it changes, and what ends the watching. */
export function watchSize(box: HTMLElement): { readonly size: ReadonlySignal<CanvasSize>; readonly end: () => void } {
  const size = signal<CanvasSize>({ width: 1, height: 1, ratio: 1 })
  const observer = new ResizeObserver(() => {
    const { width, height } = box.getBoundingClientRect()
    size.value = { width: Math.max(1, width), height: Math.max(1, height), ratio: Math.min(2, devicePixelRatio || 1) }
  })
  observer.observe(box)
  return { size, end: () => observer.disconnect() }
}
