import { canUndo, undo } from '../state/history.js'
import { fault, openTable, said } from '../state/page.js'
import { enter, facts, openFile, shown, support } from '../state/session.js'
import { surroundings } from '../work/surroundings.js'
import { ActivitySwitch, ActivityView, provide } from './activities.js'
import { Data } from './data.js'
import { SupportOf } from './known/support.js'
import { Measures } from './measures.js'
import { Pictures } from './pictures.js'
import { Recipe } from './recipe.js'
import { Scatter } from './scatter.js'
import { Start } from './start.js'
import { TakeAway } from './take-away.js'
import { ThemeButton } from './theme.js'

const { shared, threads } = surroundings()

/** Hands the page its first activity. */
export function provideSample(): void {
  provide('sample', { View: () => (facts.value ? <Sampling /> : <Start />), openFile, enter })
}

export function App() {
  return (
    <>
      <Header />
      {fault.value && <Fault />}
      <ActivityView />
      <p class="visually-hidden" role="status" aria-live="polite">
        {said}
      </p>
      <footer>
        <p>
          Everything is computed in this page; data never leave it.{' '}
          {shared
            ? `${threads} thread${threads === 1 ? '' : 's'} over shared memory.`
            : 'One thread: this page may not share memory between workers. Started with “sbridge studio” it may.'}
        </p>
      </footer>
    </>
  )
}

function startAgain(): void {
  openTable.value = null
  fault.value = null
}

function Header() {
  return (
    <header>
      <button type="button" class="brand" onClick={startAgain} aria-label="sbridge studio, start again">
        <svg viewBox="0 0 32 32" aria-hidden="true">
          <path d="M4 22C8 8 13 8 16 16s8 8 12-6" class="bridge" />
          <circle cx="4.5" cy="22" r="3.6" class="real" />
          <circle cx="27.5" cy="10" r="3.6" class="synthetic" />
        </svg>
        <span>sbridge studio</span>
      </button>
      <ActivitySwitch />
      <div class="tools">
        <button type="button" class="quiet" onClick={() => undo()} aria-disabled={!canUndo.value} title="Ctrl+Z">
          Undo
        </button>
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

function Sampling() {
  return (
    <main>
      <div class="bench">
        <Data />
        <Scatter />
        <Recipe />
      </div>
      {shown.value && (
        <div class="results">
          {support.value ? <SupportOf /> : <Measures />}
          <Pictures />
          <TakeAway />
        </div>
      )}
    </main>
  )
}
