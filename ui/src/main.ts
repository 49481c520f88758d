import '@fontsource-variable/inter';
import './theme/tokens.css';
import './theme/base.css';
import { mount } from 'svelte';
import { shortcuts } from './actions/shortcuts.svelte';
import App from './App.svelte';
import { connect } from './backend';
import NoAccess from './frame/NoAccess.svelte';
import { language } from './language';
import { appearance } from './settings/appearance.svelte';

appearance.restore();
language.restore();
shortcuts.restore();
const target = document.getElementById('app');
if (!target) throw new Error('index.html has no #app');
const backend = connect();
if (backend) mount(App, { target, props: { backend } });
else mount(NoAccess, { target });
