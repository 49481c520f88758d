export { language, LANGUAGES, type Language, type LanguageChoice } from './language.svelte';
export { texts, type Spoken, type Text } from './texts';
