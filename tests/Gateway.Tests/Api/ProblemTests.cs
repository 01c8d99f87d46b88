using System.Net;
using OrleansChat.Gateway.Api;
using OrleansChat.Gateway.Tests.Hosting;
using OrleansChat.Gateway.Tests.Wire;

namespace OrleansChat.Gateway.Tests.Api;

public sealed class ProblemTests(SharedGateway shared) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = shared.Gateway.Http };

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("/api")]
    [InlineData("/api/nothing")]
    [InlineData("/API/nothing")]
    public async Task What_is_not_there_is_a_problem_too(string path)
    {
        using var response = await _http.GetAsync(path);
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        var problem = FrameFields.Parse(await response.Content.ReadAsStringAsync());
        Assert.Equal(
            ("about:blank", "Not Found", 404, "unknown_type"),
            (problem.Text("type"), problem.Text("title"), (int)problem.Number("status"), problem.Text("code")));
        Assert.Contains(path, problem.Text("detail"), StringComparison.Ordinal);
        Assert.False(problem.Has("field"));
    }

    [Fact]
    public async Task What_is_not_there_outside_of_the_API_stays_as_it_was()
    {
        using var response = await _http.GetAsync("/apis");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Null(response.Content.Headers.ContentType);
    }

    [Theory]
    [InlineData(ChatErrorCode.BadJson, 400)]
    [InlineData(ChatErrorCode.UnknownType, 400)]
    [InlineData(ChatErrorCode.MissingField, 400)]
    [InlineData(ChatErrorCode.BadField, 400)]
    [InlineData(ChatErrorCode.Unauthorized, 401)]
    [InlineData(ChatErrorCode.NotMember, 403)]
    [InlineData(ChatErrorCode.Forbidden, 403)]
    [InlineData(ChatErrorCode.Banned, 403)]
    [InlineData(ChatErrorCode.Muted, 403)]
    [InlineData(ChatErrorCode.Suspended, 403)]
    [InlineData(ChatErrorCode.Blocked, 403)]
    [InlineData(ChatErrorCode.Archived, 403)]
    [InlineData(ChatErrorCode.LastOwner, 403)]
    [InlineData(ChatErrorCode.NoSuchRoom, 404)]
    [InlineData(ChatErrorCode.KeyReused, 409)]
    [InlineData(ChatErrorCode.TextTooLong, 413)]
    [InlineData(ChatErrorCode.RateLimited, 429)]
    [InlineData(ChatErrorCode.Internal, 500)]
    [InlineData(ChatErrorCode.Unavailable, 503)]
    public void Each_code_has_its_status(ChatErrorCode code, int status) => Assert.Equal(status, Problems.ToStatus(code));
}
