'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  // Where Millrace is alone the bars have the names of what was measured.
  const ours = new Set(data.cases.flatMap(result => result.subjects).filter(subject => subject.ours).map(subject => subject.name));
  const dark = matchMedia('(prefers-color-scheme: dark)');
  // [light, dark, dash]: Millrace stands out; floors are grey; the rest can be told apart by colour and by dash.
  const looks = {
    'millrace': ['#d9480f', '#ff8a4c', []],
    'line': ['#868e96', '#8b95a3', [3, 3]],
    'agrona-many-to-one': ['#1864ab', '#4dabf7', []],
    'agrona-one-to-one': ['#1864ab', '#4dabf7', [7, 4]],
    'aeron-ipc': ['#0b7a52', '#38d9a9', []],
    'chronicle-queue': ['#7b2cbf', '#c77dff', []],
    'unix-socket': ['#a61e4d', '#f783ac', [7, 4]],
    'pipe': ['#a07400', '#ffd43b', [7, 4]],
    'eventfd': ['#1864ab', '#4dabf7', []],
    'futex': ['#0b7a52', '#38d9a9', []],
  };
  const spare = [['#1864ab', '#4dabf7', []], ['#0b7a52', '#38d9a9', []], ['#7b2cbf', '#c77dff', []], ['#a07400', '#ffd43b', []]];
  const isOurs = name => name === 'millrace' || ours.has(name);
  const look = (name, index) => isOurs(name) ? looks.millrace : looks[name] || spare[index % spare.length];
  const colour = (name, index) => look(name, index)[dark.matches ? 1 : 0];
  const css = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const scaled = (value, steps) => {
    const step = steps.find(([least]) => value >= least) || steps[steps.length - 1];
    return parseFloat((value / (step[0] || 1)).toPrecision(3)) + step[1];
  };
  const nanos = value => scaled(value, [[1e9, ' s'], [1e6, ' ms'], [1e3, ' µs'], [0, ' ns']]);
  const amount = value => scaled(value, [[1e9, ' G'], [1e6, ' M'], [1e3, ' k'], [0, '']]);
  const shown = (value, unit) => unit === 'ns' ? nanos(value) : unit === 'msg/s' || unit === 'calls/s' ? amount(value) + '/s' : amount(value) + ' ' + unit;

  const whiskers = {
    id: 'whiskers',
    afterDatasetsDraw(chart) {
      const ranges = chart.options.plugins.whiskers && chart.options.plugins.whiskers.ranges;
      if (!ranges) return;
      const { ctx, scales: { x, y } } = chart;
      ctx.save();
      ctx.strokeStyle = css('--ink');
      ctx.lineWidth = 1.5;
      ranges.forEach((range, index) => {
        const low = x.getPixelForValue(range.low), high = x.getPixelForValue(range.high), at = y.getPixelForValue(index);
        ctx.beginPath();
        ctx.moveTo(low, at); ctx.lineTo(high, at);
        [low, high].forEach(end => { ctx.moveTo(end, at - 5); ctx.lineTo(end, at + 5); });
        ctx.stroke();
        ctx.fillStyle = css('--ink');
        ctx.textBaseline = 'middle';
        ctx.font = '12px ' + getComputedStyle(document.body).fontFamily;
        ctx.fillText(shown(range.value, range.unit), high + 9, at);
      });
      ctx.restore();
    },
  };

  const axis = (title, more) => Object.assign({
    title: { display: true, text: title, color: css('--soft') },
    grid: { color: css('--line') },
    border: { color: css('--line') },
    ticks: { color: css('--soft') },
  }, more);

  const percentile = oneIn => {
    const nines = Math.round(Math.log10(oneIn));
    return nines === 0 ? '0 %' : nines === 1 ? '90 %' : '99' + (nines > 2 ? '.' + '9'.repeat(nines - 2) : '') + ' %';
  };
  const isPower = value => Math.abs(Math.log10(value) - Math.round(Math.log10(value))) < 1e-9;

  const curves = (canvas, result) => new Chart(canvas, {
    type: 'line',
    data: {
      datasets: result.subjects.map((subject, index) => ({
        label: subject.name,
        data: (subject.curve || []).map(([x, y]) => ({ x, y })),
        borderColor: colour(subject.name, index),
        backgroundColor: colour(subject.name, index),
        borderDash: look(subject.name, index)[2],
        borderWidth: subject.name === 'millrace' ? 3 : 2,
        order: subject.name === 'millrace' ? 0 : 1,
        pointRadius: 0, pointHitRadius: 8, tension: 0,
      })).filter(set => set.data.length > 0),
    },
    options: {
      responsive: true, maintainAspectRatio: false, animation: false,
      interaction: { mode: 'nearest', intersect: false },
      scales: {
        x: axis('percentile', { type: 'logarithmic', min: 1, ticks: { color: css('--soft'), autoSkip: false, maxRotation: 0,
          callback: value => isPower(value) ? percentile(value) : '' }, grid: { color: ctx => ctx.tick && isPower(ctx.tick.value) ? css('--line') : 'transparent' } }),
        y: axis('time', { type: 'logarithmic', ticks: { color: css('--soft'), callback: value => isPower(value) || isPower(value / 2) || isPower(value / 5) ? nanos(value) : '' },
          grid: { color: ctx => ctx.tick && isPower(ctx.tick.value) ? css('--line') : 'transparent' } }),
      },
      plugins: {
        legend: { labels: { color: css('--ink'), usePointStyle: true, pointStyle: 'line', pointStyleWidth: 34,
          // The library's own labels leave the dashes out.
          generateLabels: chart => Chart.defaults.plugins.legend.labels.generateLabels(chart)
            .map(label => Object.assign(label, { lineDash: chart.data.datasets[label.datasetIndex].borderDash, fontColor: css('--ink') })) } },
        tooltip: { callbacks: {
          title: items => items.length ? (100 - 100 / items[0].parsed.x).toPrecision(6).replace(/\.?0+$/, '') + ' %' : '',
          label: item => item.dataset.label + ': ' + nanos(item.parsed.y),
        } },
      },
    },
  });

  const bars = (canvas, result) => {
    const subjects = result.subjects.filter(subject => subject.metrics.length > 0);
    const leads = subjects.map(subject => subject.metrics[0]);
    const unit = leads.length ? leads[0].unit : '';
    return new Chart(canvas, {
      type: 'bar',
      data: {
        labels: subjects.map(subject => subject.name),
        datasets: [{ data: leads.map(lead => lead.value), backgroundColor: subjects.map((s, i) => colour(s.name, i)), borderRadius: 4, barPercentage: .7 }],
      },
      plugins: [whiskers],
      options: {
        indexAxis: 'y', responsive: true, maintainAspectRatio: false, animation: false,
        layout: { padding: { right: 90 } },
        scales: {
          x: axis(leads.length ? leads[0].name + ', ' + unit : '', { beginAtZero: true, suggestedMax: 1.05 * Math.max(...leads.map(lead => lead.high)), ticks: { color: css('--soft'), callback: value => shown(value, unit) } }),
          y: axis('', { grid: { display: false }, ticks: { color: css('--ink') }, title: { display: false } }),
        },
        plugins: {
          legend: { display: false },
          whiskers: { ranges: leads },
          tooltip: { callbacks: { label: item => shown(leads[item.dataIndex].value, unit) + ' (' + shown(leads[item.dataIndex].low, unit) + ' to ' + shown(leads[item.dataIndex].high, unit) + ')' } },
        },
      },
    });
  };

  const make = (parent, tag, text, style) => {
    const element = document.createElement(tag);
    if (text !== undefined) element.textContent = text;
    if (style) element.className = style;
    parent.append(element);
    return element;
  };

  const table = (parent, result) => {
    const measured = result.subjects.filter(subject => subject.metrics.length > 0);
    if (!measured.length) return;
    const whole = make(make(parent, 'div', undefined, 'scroll'), 'table');
    const head = make(make(whole, 'thead'), 'tr');
    make(head, 'th', 'subject');
    measured[0].metrics.forEach(metric => make(head, 'th', metric.name));
    const compared = measured.some(subject => subject.ratio);
    if (compared) make(head, 'th', 'Millrace is better by');
    const body = make(whole, 'tbody');
    measured.forEach(subject => {
      const row = make(body, 'tr', undefined, subject.ours ? 'ours' : '');
      const name = make(row, 'td');
      make(name, 'span', undefined, 'swatch').style.background = colour(subject.name, result.subjects.indexOf(subject));
      name.append(subject.name);
      subject.metrics.forEach(metric => {
        const cell = make(row, 'td', shown(metric.value, metric.unit) + ' ');
        cell.title = shown(metric.low, metric.unit) + ' to ' + shown(metric.high, metric.unit) + ', n = ' + metric.n;
        if (metric.wide) make(cell, 'span', '±', 'wide');
      });
      if (!compared) return;
      const ratio = subject.ratio;
      const cell = make(row, 'td', ratio ? '× ' + ratio.median.toFixed(2) + '  (' + ratio.low.toFixed(2) + ' to ' + ratio.high.toFixed(2) + ') ' : '');
      if (ratio && ratio.wide) make(cell, 'span', '±', 'wide');
    });
    const details = make(parent, 'details');
    make(details, 'summary', 'settings of each subject');
    const list = make(details, 'ul');
    measured.forEach(subject => make(list, 'li', subject.name + ': ' + subject.settings));
  };

  let charts = [];
  const draw = () => {
    charts.forEach(chart => chart.destroy());
    charts = [];
    Chart.defaults.font.family = getComputedStyle(document.body).fontFamily;
    const main = document.getElementById('cases');
    main.replaceChildren();
    data.cases.forEach(result => {
      const section = make(main, 'section');
      make(section, 'h2', result.bench[0].toUpperCase() + result.bench.slice(1) + ': ' + result.title);
      make(section, 'p', result.label);
      const curved = result.subjects.some(subject => (subject.curve || []).length > 0);
      const rows = result.subjects.filter(subject => subject.metrics.length > 0).length;
      if (rows > 0) {
        const box = make(section, 'div', undefined, 'chart');
        box.style.height = curved ? '420px' : 70 + 34 * rows + 'px';
        charts.push((curved ? curves : bars)(make(box, 'canvas'), result));
      }
      table(section, result);
      result.subjects.forEach(subject => subject.failures.forEach(why => make(section, 'p', subject.name + ' failed: ' + why, 'failed')));
    });
  };

  document.getElementById('date').textContent = data.date + ' · ' + (data.machine['processor'] || '') + ' · ' + (data.machine['kernel'] || '');
  const facts = document.getElementById('machine');
  Object.entries(data.machine).forEach(([name, value]) => {
    const row = make(facts, 'tr');
    make(row, 'td', name);
    make(row, 'td', value);
  });
  const check = document.getElementById('check');
  make(check, 'strong', data.check.summary);
  const sentences = make(check, 'ul');
  data.check.faults.forEach(fault => make(sentences, 'li', fault, 'failed'));
  data.check.doubts.forEach(doubt => make(sentences, 'li', 'spread too wide to tell, run again: ' + doubt, 'doubt'));
  draw();
  dark.addEventListener('change', draw);
})();
