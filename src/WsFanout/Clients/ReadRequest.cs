namespace WsFanout.Clients;

/// <summary>A client's message after reading: a request, or what is wrong with it.</summary>
internal readonly record struct ReadRequest(ClientRequest? Request, RequestProblem? Problem);
