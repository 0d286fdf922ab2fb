/**
 * The category of a commit, read off its subject. A policy may ignore harmless categories (`translations`, `version-bump`, …) when it asks
 * whether the latest build holds every change, so this errs on the side of `change`: code must never hide among the harmless kinds.
 */
import type { CommitCategory } from '../facts.ts';

/** `(#8247)` at the end, once or several times: the number of the pull request, no part of the words. */
const TRAILING_REFERENCES = /(?:\s*\((?:[\w.-]+\/[\w.-]+)?#\d+\))+\s*$/;
/** Marks that teams put before a subject that was carried over: `uplift(beta): …`, `[release/8.7] …`, `🍒 …`. */
const CARRIED_OVER = /^(?:(?:up(?:lift|flit)|backport|cherry-?pick(?:ed)?)(?:\([^)]*\))?:\s*|\[(?:release|backport)[^\]]*\]\s*)+/i;
/** A conventional type that says "code". */
const CODE_TYPE = /^(?:feat|fix|perf|refactor|test|build|ci|style)(?:\([^)]*\))?!?:/i;
const QUIET_TYPE = /^(?:chore|docs|release|l10n|i18n)(?:\([^)]*\))?!?:\s*/i;

const PULL_REQUEST_MERGE = /^Merge (?:pull|merge) request (?:#|!)\d+ from (\S+)/i;
const BRANCH_MERGE = /^Merge (?:remote-tracking )?(?:branch|commit|tag)\b/i;
const RELEASE_WORD = String.raw`(?:releases?|hotfix)`;
/** A merge that names a release branch or trunk on either side: `Merge release/8.19 into main`, `Merge branch 'beta' into release`. */
const MERGE_BACK = new RegExp(
  String.raw`^Merge (?:remote-tracking )?(?:branch |branches )?['"]?(?:\w+/)?(?:${RELEASE_WORD}\b[^'"\s]*['"]?|\S+ into ['"]?(?:\w+/)?${RELEASE_WORD}(?:\b|[/_-]))`,
  'i',
);

const VERSION_WORDS = String.raw`(?:version|versions|version ?code|version ?name|version number|version numbers|build|build number|build numbers)`;
const VERSION_BUMP = [
  new RegExp(
    String.raw`^(?:manually )?bump(?:ed|s|ing)?(?: the| to| app| up)* ${VERSION_WORDS}\b(?!.*\b(?:from|of|for|in) [@\w/.-]*[a-z][\w/.-]*\s+(?:to|dependency)\b)`,
    'i',
  ),
  new RegExp(
    String.raw`^(?:update|set|reset|increase|increment|fix|change)(?:s|d|ed)?(?: the| app)* ${VERSION_WORDS}(?:(?: and| &|,) ${VERSION_WORDS})*(?: (?:to|for|by)? ?v?\d[\w.+-]*)?\.?$`,
    'i',
  ),
  /^version:? (?:version )?v?\d+(?:\.\d+)+(?:[-.]?[a-z]+[-.]?\d*)?$/i,
  /^(?:release|prepare(?: for)?(?: the)? release(?: of)?|prepare)[ :]+(?:[\w-]+ ){0,3}v?\d+(?:\.\d+)+(?:[-.]?[a-z]+[-.]?\d*)?(?: - build \d+)?$/i,
  /^v?\d+\.\d+(?:\.\d+)*(?:[-.]?(?:rc|beta|alpha)[-.]?\d*)?$/i,
];

// Not "what's new": apps have a screen of that name.
const NOTES_WORDS = String.raw`(?:release[- ]notes?|change ?logs?|changelog_master)`;
const RELEASE_NOTES = [
  new RegExp(
    String.raw`^(?:add|added|update|updated|updating|remove|removed|move|moved|edit|write|restore|fix)\b(?: \S+){0,4}? ${NOTES_WORDS}\b(?! (?:screen|dialog|view|page|fragment|activity|button|crash|parser|code|version)\b)`,
    'i',
  ),
  new RegExp(String.raw`^${NOTES_WORDS}\b(?: \S+){0,3}?:? ?(?:add|for|update|new|entry|entries|v?\d|$)`, 'i'),
  new RegExp(String.raw`\bto the v?[\d.]+ ${NOTES_WORDS} section\b`, 'i'),
];

const TRANSLATIONS = [
  /\busing weblate\b/i,
  /^(?:merge pull request .* from )\S*(?:weblate|translations|i18n|l10n)\S*/i,
  /^(?:update|updated|download|downloaded|import|imported|fix|add|sync|pull|merge|cherry-?pick(?:ing|ed)?|new|latest)\b(?: (?:the|latest|new|app|playlist|edit|glotpress|crowdin|weblate|transifex|lokalise|smartling|[a-z]+(?:ian|ish|ese|ch|an|ic|ew)))*(?: (?:translations?|localizations?|localisations?|localized strings|locales|l10n strings|(?:glotpress|crowdin|weblate|transifex|lokalise) strings))\b(?: for| from| to| in| \(|$|\.$)/i,
  /^new crowdin (?:updates|translations)/i,
];

const DEPENDENCY = [
  /^(?:bump|upgrade|update) \S+(?: and \S+)? from v?\d\S* to v?\d\S*/i,
  /^(?:bump|upgrade) (?!minimum|min\b|max\b|sdk\b)[@\w./:-]*[\w]+ (?:to )?(?:version )?v?\d+(?:\.\d+)+\S*(?: ?-> ?\S+)?(?: in \S+)?$/i,
  /^(?:bump|update) the \S+ group\b/i,
  /^update dependenc(?:y|ies)\b/i,
  /^(?:fix|chore|build)\(deps(?:-dev)?\)!?:/i,
  /^pin dependenc(?:y|ies)\b/i,
];

/**
 * What sort of commit this is.
 *
 * @param subject the first line of the message
 */
export function categoryOf(subject: string): CommitCategory {
  const bare = subject.trim().replace(TRAILING_REFERENCES, '').replace(CARRIED_OVER, '').trim();
  if (matches(VERSION_BUMP, bare)) return 'version-bump';
  if (matches(DEPENDENCY, bare)) return 'dependency';
  if (CODE_TYPE.test(bare)) return 'change';
  const words = bare.replace(QUIET_TYPE, '');
  const undone = /^reverts?:? "?(.*?)"?$/i.exec(words)?.[1] ?? null;
  // Undoing notes changes notes only; undoing anything else, a version bump included, can change what ships.
  if (undone !== null) return matches(RELEASE_NOTES, undone) ? 'release-notes' : 'revert';
  if (/^revert(?:ed|ing)?\b/i.test(words)) return 'revert';
  if (matches(TRANSLATIONS, words)) return 'translations';
  if (matches(RELEASE_NOTES, words)) return 'release-notes';
  if (matches(VERSION_BUMP, words)) return 'version-bump';
  if (PULL_REQUEST_MERGE.test(words)) return 'merge';
  if (MERGE_BACK.test(words)) return 'merge-back';
  if (BRANCH_MERGE.test(words)) return 'merge';
  return 'change';
}

function matches(patterns: readonly RegExp[], text: string): boolean {
  return patterns.some((pattern) => pattern.test(text));
}
