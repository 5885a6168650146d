namespace WsFanout.Clients;

/// <summary>Why a client's message is no request.</summary>
/// <param name="Code">One of <see cref="ErrorCode"/>.</param>
/// <param name="Message">Names what was wrong; echoes at most 64 characters of the input.</param>
/// <param name="Id">The message's <c>id</c>, when it could be read.</param>
internal sealed record RequestProblem(string Code, string Message, byte[]? Id);
