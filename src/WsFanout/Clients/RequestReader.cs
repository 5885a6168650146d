using System.Text.Json;

namespace WsFanout.Clients;

/// <summary>Turns the bytes of a client's message into a request. Fields and types that are not known are ignored, as the protocol says.</summary>
internal static class RequestReader
{
    private const int MaxDepth = 16;
    private const int MaxIdBytes = 64;
    private const int MaxEcho = 64;
    private const long MaxSequence = (1L << 53) - 1;

    /// <param name="utf8">One whole text message.</param>
    public static ReadRequest Read(ReadOnlySpan<byte> utf8)
    {
        var draft = new Draft();
        try
        {
            var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject) return Refuse(draft, ErrorCode.InvalidRequest, "a request is a JSON object");
            ReadEnvelope(ref json, ref draft);
            json.Read();
        }
        catch (JsonException)
        {
            return Refuse(draft, ErrorCode.InvalidJson, "not one valid JSON object");
        }
        catch (InvalidOperationException)
        {
            // Thrown for a string that escapes to a lone surrogate.
            return Refuse(draft, ErrorCode.InvalidJson, "a string is not valid Unicode");
        }

        if (draft.Problem is { } problem) return Refuse(draft, ErrorCode.InvalidRequest, problem);
        return draft.Type is { } type ? Check(draft, type) : Refuse(draft, ErrorCode.InvalidRequest, "\"type\" is missing");
    }

    private static void ReadEnvelope(ref Utf8JsonReader json, ref Draft draft)
    {
        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("type"u8)) draft.Type = ReadString(ref json, ref draft, "type");
            else if (json.ValueTextEquals("id"u8)) ReadId(ref json, ref draft);
            else if (json.ValueTextEquals("data"u8)) ReadData(ref json, ref draft);
            else json.Skip();
        }
    }

    private static void ReadId(ref Utf8JsonReader json, ref Draft draft)
    {
        json.Read();
        var isString = json.TokenType == JsonTokenType.String;
        if (!isString && json.TokenType != JsonTokenType.Number)
        {
            draft.Problem ??= "\"id\" must be a string or a number";
            json.Skip();
            return;
        }

        // Throws for half a surrogate pair: what is echoed must be text that every client can read.
        if (isString && json.ValueIsEscaped) json.GetString();
        var raw = json.ValueSpan;
        if (raw.Length > MaxIdBytes) draft.Problem ??= $"\"id\" is longer than {MaxIdBytes} bytes";
        else draft.Id = isString ? [(byte)'"', .. raw, (byte)'"'] : raw.ToArray();
    }

    private static void ReadData(ref Utf8JsonReader json, ref Draft draft)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            draft.Problem ??= "\"data\" must be an object";
            json.Skip();
            return;
        }

        while (json.Read() && json.TokenType != JsonTokenType.EndObject)
        {
            if (json.ValueTextEquals("channels"u8)) ReadChannels(ref json, ref draft);
            else if (json.ValueTextEquals("since"u8)) draft.Since = ReadNumber(ref json, ref draft, "since");
            else if (json.ValueTextEquals("at"u8)) draft.At = ReadNumber(ref json, ref draft, "at");
            else if (json.ValueTextEquals("epoch"u8)) draft.Epoch = ReadString(ref json, ref draft, "epoch");
            else if (json.ValueTextEquals("token"u8)) draft.Token = ReadString(ref json, ref draft, "token");
            else if (json.ValueTextEquals("last"u8)) draft.Last = ReadBoolean(ref json, ref draft, "last");
            else json.Skip();
        }
    }

    private static void ReadChannels(ref Utf8JsonReader json, ref Draft draft)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            draft.Problem ??= "\"channels\" must be an array of strings";
            json.Skip();
            return;
        }

        draft.Channels = [];
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.String)
            {
                draft.Channels.Add(json.GetString()!);
                continue;
            }

            draft.Problem ??= "\"channels\" must be an array of strings";
            json.Skip();
        }
    }

    private static string? ReadString(ref Utf8JsonReader json, ref Draft draft, string name)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.String) return json.GetString();
        draft.Problem ??= $"\"{name}\" must be a string";
        json.Skip();
        return null;
    }

    private static long? ReadNumber(ref Utf8JsonReader json, ref Draft draft, string name)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var value) && value is >= 0 and <= MaxSequence) return value;
        draft.Problem ??= $"\"{name}\" must be a whole number from 0 to {MaxSequence}";
        json.Skip();
        return null;
    }

    private static bool ReadBoolean(ref Utf8JsonReader json, ref Draft draft, string name)
    {
        json.Read();
        if (json.TokenType is JsonTokenType.True or JsonTokenType.False) return json.GetBoolean();
        draft.Problem ??= $"\"{name}\" must be true or false";
        json.Skip();
        return false;
    }

    private static ReadRequest Check(in Draft draft, string type)
    {
        switch (type)
        {
            case "subscribe":
                if (draft.Channels is not { Count: > 0 }) return Refuse(draft, ErrorCode.InvalidRequest, "\"channels\" is missing or empty");
                if (draft.Since is not null && draft.Epoch is null) return Refuse(draft, ErrorCode.InvalidRequest, "\"since\" needs \"epoch\"");
                if (draft.Since is not null && draft.Last) return Refuse(draft, ErrorCode.InvalidRequest, "\"since\" and \"last\" exclude each other");
                return Accept(draft, RequestKind.Subscribe);
            case "unsubscribe":
                return draft.Channels is { Count: > 0 }
                    ? Accept(draft, RequestKind.Unsubscribe)
                    : Refuse(draft, ErrorCode.InvalidRequest, "\"channels\" is missing or empty");
            case "replay":
                return draft.Since is null ? Refuse(draft, ErrorCode.InvalidRequest, "\"since\" is missing") : Accept(draft, RequestKind.Replay);
            case "heartbeat":
                return Accept(draft, RequestKind.Heartbeat);
            case "auth":
                return draft.Token is null ? Refuse(draft, ErrorCode.InvalidRequest, "\"token\" is missing") : Accept(draft, RequestKind.Auth);
            default:
                return Refuse(draft, ErrorCode.UnknownType, $"unknown type \"{Shorten(type)}\"");
        }
    }

    private static ReadRequest Accept(in Draft draft, RequestKind kind) => new(
        new ClientRequest
        {
            Kind = kind,
            Id = draft.Id,
            Channels = draft.Channels ?? [],
            Since = draft.Since,
            Epoch = draft.Epoch,
            At = draft.At,
            Last = draft.Last,
            Token = draft.Token,
        },
        null);

    private static ReadRequest Refuse(in Draft draft, string code, string message) => new(null, new RequestProblem(code, message, draft.Id));

    /// <summary>At most 64 characters of what a client sent, for an answer to it.</summary>
    public static string Shorten(string text)
    {
        if (text.Length <= MaxEcho) return text;
        var end = char.IsHighSurrogate(text[MaxEcho - 2]) ? MaxEcho - 2 : MaxEcho - 1;
        return text[..end] + "…";
    }

    private struct Draft
    {
        public string? Type;
        public byte[]? Id;
        public List<string>? Channels;
        public long? Since;
        public long? At;
        public string? Epoch;
        public string? Token;
        public bool Last;

        /// <summary>The first thing wrong with the form; the rest is still read, so that the answer can carry the id.</summary>
        public string? Problem;
    }
}
