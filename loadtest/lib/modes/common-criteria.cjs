'use strict';

/** Everybody let in before the mode begins. */
function connectedCriterion(reading, settings) {
  const percent = (reading.clients / settings.targetConnections) * 100;
  return { name: 'connections', ok: percent >= settings.successRate,
    sentence: `${reading.clients} of ${settings.targetConnections} clients connected and subscribed: ${show(percent)} %, at least ${settings.successRate} %` };
}

function keptCriterion(total, settings) {
  const percent = (total.lost / settings.targetConnections) * 100;
  return { name: 'kept', ok: percent <= settings.maxDisconnectRate,
    sentence: `${total.lost} of ${settings.targetConnections} clients were lost: ${show(percent)} %, at most ${settings.maxDisconnectRate} %` };
}

function answeringCriterion(total) {
  return { name: 'answering', ok: total.unanswered === 0,
    sentence: total.unanswered === 0 ? 'the server answered on /metrics all the time' : `the server did not answer on /metrics in ${total.unanswered} windows, allowed 0` };
}

function publishedCriterion(total, settings) {
  return { name: 'publishing', ok: total.publishedPercent >= settings.publishSuccessRate,
    sentence: `${show(total.publishedPercent)} % of the publishes due were acknowledged, at least ${settings.publishSuccessRate} %` };
}

function gapsCriterion(total, settings) {
  return { name: 'announcedGaps', ok: total.gapPercent <= settings.maxGapRate,
    sentence: `${Math.round(total.gaps)} messages were announced as gaps: ${show(total.gapPercent)} %, at most ${settings.maxGapRate} %` };
}

/** @param phases readings of the phases that are judged, each as a whole */
function generatorCriterion(phases, settings) {
  const complaints = [...new Set(phases.flatMap((phase) => phase.complaints))];
  const what = complaints.join(', ');
  if (complaints.length === 0) return { name: 'generator', ok: true, sentence: 'this program was not the bottleneck' };
  if (settings.allowBusyGenerator) return { name: 'generator', ok: true, sentence: `this program was the bottleneck (${what}); allowed by ALLOW_BUSY_GENERATOR` };
  return { name: 'generator', ok: false, sentence: `this program was the bottleneck (${what}): the figures say little about the server` };
}

function show(value) {
  return Number(value.toFixed(3));
}

module.exports = { connectedCriterion, keptCriterion, answeringCriterion, publishedCriterion, gapsCriterion, generatorCriterion };
