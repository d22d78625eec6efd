import type { JSX } from 'preact'
import { type Activity, activity } from '../state/activity.js'
import { canUndo, close, engineNote, facts, fault, type source as Source, said, shown, undo } from '../state/session.js'
import { Activities } from './activities.js'
import { Data } from './data.js'
import { Measures } from './measures.js'
import { Pictures } from './pictures.js'
import { Recipe } from './recipe.js'
import { Scatter } from './scatter.js'
import { Start } from './start.js'
import { TakeAway } from './take-away.js'
import { ThemeButton } from './theme.js'

export function App({ expected }: { expected: (typeof Source)['value'] }) {
  return (
    <>
      <Header />
      {fault.value && <Fault />}
      {facts.value ? <Work /> : <Start expected={expected} />}
      <p class="visually-hidden" role="status" aria-live="polite">
        {said}
      </p>
      <footer>
        <p>
          Everything is computed in this page; data never leave it.{' '}
          {engineNote.value &&
            (engineNote.value.shared
              ? `${engineNote.value.threads} thread${engineNote.value.threads === 1 ? '' : 's'} over shared memory.`
              : 'One thread: this page may not share memory between workers. Started with “sbridge studio” it may.')}
        </p>
      </footer>
    </>
  )
}

function Header() {
  return (
    <header>
      <button type="button" class="brand" onClick={close} aria-label="sbridge studio, start again">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 22C8 8 13 8 16 16s8 8 12-6" class="bridge" />
          <circle cx="4.5" cy="22" r="3.6" class="real" />
          <circle cx="27.5" cy="10" r="3.6" class="synthetic" />
        </svg>
        <span>sbridge studio</span>
      </button>
      {facts.value && <Activities />}
      <div class="tools">
        {facts.value && (
          <button type="button" class="quiet" onClick={undo} disabled={!canUndo.value} title="Ctrl+Z">
            Undo
          </button>
        )}
        <ThemeButton />
      </div>
    </header>
  )
}

function Fault() {
  const { got, expected, remedy } = fault.value!
  return (
    <div class="fault" role="alert">
      <p>
        <strong>Got {got}.</strong> Expected {expected}. Try {remedy}.
      </p>
      <button type="button" class="quiet" onClick={() => (fault.value = null)}>
        Close
      </button>
    </div>
  )
}

/** One view an activity. */
const VIEWS: Readonly<Record<Activity, () => JSX.Element>> = { sample: Sampling }

function Work() {
  const View = VIEWS[activity.value]
  return (
    <main>
      <View />
    </main>
  )
}

function Sampling() {
  return (
    <>
      <div class="bench">
        <Data />
        <Scatter />
        <Recipe />
      </div>
      {shown.value && (
        <div class="results">
          <Measures />
          <Pictures />
          <TakeAway />
        </div>
      )}
    </>
  )
}
