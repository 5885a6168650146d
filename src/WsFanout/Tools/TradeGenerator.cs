using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace WsFanout.Tools;

/// <summary>Invents trades of about 400 bytes of JSON: prices walk at random, busy symbols trade more often than quiet ones.</summary>
internal sealed class TradeGenerator
{
    private readonly Random _random;
    private readonly string[] _symbols;

    // The feed's loop only.
    private readonly double[] _prices;
    private readonly ArrayBufferWriter<byte> _buffer = new(512);
    private long _number;

    public TradeGenerator(int symbols, int seed)
    {
        _random = new Random(seed);
        _symbols = [.. Enumerable.Range(0, symbols).Select(TokenNames.At)];
        // The first two are dear; the others lie anywhere from a cent to a few hundred.
        _prices = [.. _symbols.Select((_, number) => number switch { 0 => 60_000, 1 => 3_000, _ => Math.Pow(10, (4.5 * _random.NextDouble()) - 2) })];
    }

    /// <summary>The next trade.</summary>
    /// <returns>Symbol and JSON; the bytes are good until the next call.</returns>
    public (string Symbol, ReadOnlyMemory<byte> Json) Next(DateTimeOffset time)
    {
        // The square makes a tenth of the symbols carry a third of the trades.
        var chosen = (int)(_symbols.Length * Math.Pow(_random.NextDouble(), 2));
        _prices[chosen] *= 1 + ((_random.NextDouble() - 0.5) * 0.004);
        _number++;
        _buffer.ResetWrittenCount();
        using (var json = new Utf8JsonWriter(_buffer)) Write(json, chosen, time);
        return (_symbols[chosen], _buffer.WrittenMemory);
    }

    private void Write(Utf8JsonWriter json, int chosen, DateTimeOffset time)
    {
        var price = _prices[chosen];
        var amount = (50 + (5_000 * _random.NextDouble())) / price;
        json.WriteStartObject();
        json.WriteString("symbol", _symbols[chosen]);
        json.WriteString("pair", _symbols[chosen] + "-USD");
        json.WriteString("id", $"trade-{_number:D10}");
        json.WriteString("side", _random.Next(2) == 0 ? "buy" : "sell");
        json.WriteString("price", price.ToString("0.########", CultureInfo.InvariantCulture));
        json.WriteString("amount", amount.ToString("0.########", CultureInfo.InvariantCulture));
        json.WriteString("value_usd", (price * amount).ToString("F2", CultureInfo.InvariantCulture));
        json.WriteNumber("time", time.ToUnixTimeMilliseconds());
        json.WriteString("maker", "0x" + _random.GetHexString(40, lowercase: true));
        json.WriteString("taker", "0x" + _random.GetHexString(40, lowercase: true));
        json.WriteString("tx", "0x" + _random.GetHexString(64, lowercase: true));
        json.WriteNumber("block", 19_000_000 + (_number / 20));
        json.WriteString("order", "0x" + _random.GetHexString(24, lowercase: true));
        json.WriteString("venue", "demo");
        json.WriteEndObject();
    }
}
