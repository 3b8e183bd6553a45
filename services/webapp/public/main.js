// The pages work without this. With it they change by themselves, and forms need no new page.
import { enhanceActions } from './actions.js';
import { enhanceControls } from './controls.js';
import { goLive } from './live.js';
import { keepSegmentChart } from './segment-chart.js';
import { keepTimes } from './times.js';

document.documentElement.classList.add('scripted');
document.querySelector('.sections [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
keepTimes();
enhanceActions();
enhanceControls();
keepSegmentChart();
goLive();
