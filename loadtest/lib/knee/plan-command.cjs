'use strict';
module.exports = { planPrediction: async () => null };
