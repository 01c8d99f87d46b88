using OrleansChat.Gateway.Hosting;
using OrleansChat.Grains.Hosting;

return await ChatProcess.RunAsync("Gateway", async () =>
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddChatLogging();
    builder.AddChatSilo();
    builder.AddChatGateway();
    await using var app = builder.Build();
    app.MapChatGateway();
    await app.RunAsync();
});
