import { durationOf } from './words.js'

export interface RunningParts {
  /** Done, from 0 to 1. */
  readonly share: number
  readonly stage: string
  readonly secondsLeft?: number | null
  readonly stop: () => void
}

/**
 * What stands in the place of the button that submits while a run goes on. Both need keys of their own, so that the button
 * that stops does not become, within its click, the one that submits.
 */
export function Running({ share, stage, secondsLeft = null, stop }: RunningParts) {
  return (
    <div class="go">
      <progress value={share} max={1} aria-label="Progress" />
      <p class="soft">
        {stage}
        {secondsLeft !== null && `, about ${durationOf(secondsLeft)} left`}
      </p>
      <button type="button" class="stop" data-heir onClick={stop}>
        Stop
      </button>
    </div>
  )
}
