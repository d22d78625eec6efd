import type { ComponentChildren } from 'preact'

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
