import { durationText } from '@sbridge/core/internal'
import type { ComponentChildren } from 'preact'
import type { Session } from '../state/session.js'
import type { SystemShape } from '../work/protocol.js'
import { FaultWords } from './fault-words.js'

interface RecipeProps {
  readonly job: Pick<Session<never, SystemShape>, 'progress' | 'failed' | 'outdated' | 'run' | 'stop'>
  readonly label: string
  /** What stands above the settings. */
  readonly head: ComponentChildren
  /** The word on its button. */
  readonly verb: string
  /** Said below the button while the screen shows what is asked for. */
  readonly note: ComponentChildren
  /** What stands in the place of the words below the button, if anything does. */
  readonly busy?: ComponentChildren
  readonly children: ComponentChildren
}

/** What is asked for, and the one button that does it. */
export function Recipe({ job, label, head, children, ...rest }: RecipeProps) {
  return (
    <section class="recipe" aria-label={label}>
      {head}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault()
          // What cannot be read is told where it was typed, and nothing runs without it.
          const wrong = event.currentTarget.querySelector<HTMLElement>('[aria-invalid=true]')
          wrong?.closest('details')?.setAttribute('open', '')
          if (wrong) wrong.focus()
          else job.run()
        }}
      >
        {children}
        <Go job={job} {...rest} />
      </form>
    </section>
  )
}

/** The button that stops stands in the place of the one that submits: with keys of their own, so that within a click one does not become the other. */
function Go({ job, verb, note, busy }: Pick<RecipeProps, 'job' | 'verb' | 'note' | 'busy'>) {
  const at = job.progress.value
  if (at)
    return (
      <div class="go" key="running">
        <progress value={at.share} max={1} aria-label="Progress" />
        <p class="soft">
          {at.stage}
          {at.secondsLeft !== null && `, about ${durationText(at.secondsLeft)} left`}
        </p>
        <button type="button" class="stop" data-heir onClick={job.stop}>
          Stop
        </button>
      </div>
    )
  const outdated = job.outdated.value
  return (
    <div class="go" key="resting">
      {job.failed.value && (
        <p class="refusal" role="alert">
          <FaultWords {...job.failed.value} />
        </p>
      )}
      <button type="submit" class="primary" data-heir>
        {outdated ? `${verb} again` : verb}
      </button>
      {busy ?? <p class="soft">{outdated ? 'the picture shows earlier settings' : note}</p>}
    </div>
  )
}
