import { effect, type ReadonlySignal, signal } from '@preact/signals'
import { shorten } from '@sbridge/core/internal'
import type { ComponentChildren, ComponentProps } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Axes, Axis } from '../work/messages.js'
import { theme } from './theme.js'

/** Size of a box in CSS pixels, at least 1, and device pixels a CSS pixel, at most 2. */
export interface CanvasSize {
  readonly width: number
  readonly height: number
  readonly ratio: number
}

interface PlotProps {
  readonly axes: Axes | null | undefined
  /** What the canvas says and takes. */
  readonly canvas: ComponentProps<'canvas'> & { readonly 'data-rate'?: string | undefined; readonly 'data-points'?: number | undefined }
  /** Begins to draw on the canvas; what ends it is handed back. */
  readonly begin: (canvas: HTMLCanvasElement, size: ReadonlySignal<CanvasSize>) => () => void
  readonly children?: ComponentChildren
}

/** A canvas between its axes. */
export function Plot({ axes, canvas, begin, children }: PlotProps) {
  const ground = useRef<HTMLDivElement>(null)
  const drawn = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    const size = signal<CanvasSize>({ width: 1, height: 1, ratio: 1 })
    const box = ground.current!
    const measure = () => {
      const { width, height } = box.getBoundingClientRect()
      size.value = { width: Math.max(1, width), height: Math.max(1, height), ratio: Math.min(2, devicePixelRatio || 1) }
    }
    const observer = new ResizeObserver(measure)
    observer.observe(box)
    measure()
    const end = begin(drawn.current!, size)
    return () => {
      observer.disconnect()
      end()
    }
  }, [])
  return (
    <div class="plot">
      {axes && <Ticks axis={axes.y} side="y" />}
      <div class="ground" ref={ground}>
        <canvas ref={drawn} role="img" {...canvas} />
        {children}
      </div>
      {axes && <Ticks axis={axes.x} side="x" />}
    </div>
  )
}

/** Draws on a canvas, cleared and in CSS pixels, whenever its size, the look of the page or what is read changes; what ends it is handed back. */
export function keepDrawn(
  canvas: HTMLCanvasElement,
  size: ReadonlySignal<CanvasSize>,
  draw: (context: CanvasRenderingContext2D, size: CanvasSize) => void
): () => void {
  const context = canvas.getContext('2d')!
  return effect(() => {
    const { width, height, ratio } = size.value
    const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)]
    if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h })
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    context.clearRect(0, 0, width, height)
    // Reading the theme draws anew when it changes.
    void theme.value
    draw(context, size.value)
  })
}

/** Ticks and their words along one side of a plot. */
function Ticks({ axis, side }: { axis: Axis; side: 'x' | 'y' }) {
  return (
    <svg class={`ticks ${side}`} aria-hidden="true">
      {axis.ticks.map(({ at, label }) =>
        side === 'x' ? (
          <g key={`${at} ${label}`}>
            <line x1={`${at * 100}%`} x2={`${at * 100}%`} y1="0" y2="5" />
            <text x={`${at * 100}%`} y="18" text-anchor="middle">
              {shorten(label, axis.minor ? 8 : 14)}
            </text>
          </g>
        ) : (
          <g key={`${at} ${label}`}>
            <line x1="100%" x2="100%" y1={`${(1 - at) * 100}%`} y2={`${(1 - at) * 100}%`} />
            <text x="100%" dx="-7" y={`${(1 - at) * 100}%`} dy="0.32em" text-anchor="end">
              {shorten(label, 8)}
            </text>
          </g>
        )
      )}
    </svg>
  )
}
