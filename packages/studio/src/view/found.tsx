import type { ComponentChildren, ComponentProps } from 'preact'
import type { Session } from '../state/session.js'
import type { Told } from '../work/messages.js'
import type { SystemShape } from '../work/protocol.js'
import { Notes, Warnings } from './columns.js'
import { TakeAway } from './take-away.js'
import { Topics } from './topics.js'

interface Telling extends SystemShape {
  readonly result: Told
}

interface FoundProps extends ComponentProps<typeof TakeAway> {
  readonly session: ComponentProps<typeof TakeAway>['session'] & Pick<Session<never, Telling>, 'result'>
  /** What stands before what the report says. */
  readonly first?: ComponentChildren
}

/** What was found, in the words of the report, and what was made to take along. */
export function Found({ session, file = session.source.value!.name, first, ...made }: FoundProps) {
  const { topics, warnings, notes } = session.result.value!
  return (
    <div class="results">
      <Warnings warnings={warnings} />
      {first}
      <Topics topics={topics} file={file} />
      <Notes notes={notes} />
      <TakeAway session={session} file={file} {...made} />
    </div>
  )
}
