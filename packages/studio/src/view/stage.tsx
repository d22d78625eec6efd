import type { ComponentChildren } from 'preact'
import { Select } from './fields.js'

interface Toggle<K extends string> {
  readonly key: K
  /** Class of its mark. */
  readonly look: string
  readonly words: string
}

interface LegendProps<K extends string> {
  readonly parts: readonly Toggle<K>[]
  readonly shown: Readonly<Record<K, boolean>>
  readonly toggle: (key: K) => void
  readonly children: ComponentChildren
}

/** What a picture shows, each part to be hidden by a press. */
export function Legend<K extends string>({ parts, shown, toggle, children }: LegendProps<K>) {
  return (
    <div class="legend">
      {parts.map(({ key, look, words }) => (
        <button key={key} type="button" class={look} aria-pressed={shown[key]} onClick={() => toggle(key)}>
          <i aria-hidden="true" />
          {words}
        </button>
      ))}
      {children}
    </div>
  )
}

interface PlaybackProps {
  readonly playing: boolean
  /** Plays, or holds still. */
  readonly toggle: () => void
  /** What is played. */
  readonly what: string
  readonly place: { readonly min: number; readonly max: number; readonly step?: number | 'any'; readonly value: number }
  readonly label: string
  /** The place in words, where its number does not say it. */
  readonly words?: string
  readonly hold: (value: number) => void
  readonly children: ComponentChildren
}

/** Plays, holds still, and goes anywhere. */
export function Playback({ playing, toggle, what, place, label, words, hold, children }: PlaybackProps) {
  return (
    <div class="playback">
      <button type="button" class="round" onClick={toggle} aria-label={playing ? 'Pause' : `Play the ${what}`}>
        <svg viewBox="0 0 16 16" aria-hidden="true">
          <path d={playing ? 'M4 3h3v10H4zM9 3h3v10H9z' : 'M4.5 2.5v11l9-5.5z'} />
        </svg>
      </button>
      <input
        type="range"
        {...place}
        aria-label={label}
        aria-valuetext={words}
        onInput={(event) => hold(event.currentTarget.valueAsNumber)}
      />
      {children}
    </div>
  )
}

interface AxisSelectProps {
  readonly axis: 'x' | 'y'
  readonly label?: string
  readonly value: string
  readonly names: readonly string[]
  readonly choose: (name: string) => void
  readonly disabled?: boolean
}

/** The column on an axis, behind an arrow that says which axis it is. */
export function AxisSelect({ axis, label, value, names, choose, disabled = false }: AxisSelectProps) {
  const words = label ?? (axis === 'x' ? 'Column to the right' : 'Column upwards')
  return (
    <div class={`axis-select ${axis}`}>
      <span aria-hidden="true">{axis === 'x' ? '→' : '↑'}</span>
      <Select aria-label={words} value={value} options={names} set={choose} disabled={disabled} />
    </div>
  )
}
