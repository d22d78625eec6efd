import type { Axis } from '../work/messages.js'

/** Ticks and their words along one side of a plot. */
export function Ticks({ axis, side }: { axis: Axis; side: 'x' | 'y' }) {
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

function shorten(text: string, length: number): string {
  return [...text].length <= length ? text : `${[...text].slice(0, length - 1).join('')}…`
}
